package report

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"strconv"

	"costate/ode"
)

// Numbers is a list of float64 in JSON, which has neither NaN nor infinity:
// NaN is null, infinities are the strings "inf" and "-inf".
type Numbers []float64

// MarshalJSON implements json.Marshaler.
func (v Numbers) MarshalJSON() ([]byte, error) {
	if v == nil {
		return []byte("null"), nil
	}
	b := []byte{'['}
	for i, x := range v {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendNumber(b, x)
	}
	return append(b, ']'), nil
}

func appendNumber(b []byte, x float64) []byte {
	switch {
	case math.IsNaN(x):
		return append(b, "null"...)
	case math.IsInf(x, 1):
		return append(b, `"inf"`...)
	case math.IsInf(x, -1):
		return append(b, `"-inf"`...)
	}
	return strconv.AppendFloat(b, x, 'g', -1, 64)
}

// UnmarshalJSON implements json.Unmarshaler.
func (v *Numbers) UnmarshalJSON(data []byte) error {
	var raw []json.RawMessage
	if err := json.Unmarshal(data, &raw); err != nil {
		return err
	}
	*v = nil
	for _, r := range raw {
		switch s := string(bytes.TrimSpace(r)); s {
		case "null":
			*v = append(*v, math.NaN())
		case `"inf"`:
			*v = append(*v, math.Inf(1))
		case `"-inf"`:
			*v = append(*v, math.Inf(-1))
		default:
			x, err := strconv.ParseFloat(s, 64)
			if err != nil {
				return err
			}
			*v = append(*v, x)
		}
	}
	return nil
}

// Full is a solution with all that is known about it, as JSON holds it.
type Full struct {
	Status   string   `json:"status"`
	Message  string   `json:"message,omitempty"` // what failed
	Warnings []string `json:"warnings,omitempty"`

	Label  string               `json:"label"`          // of the independent variable
	Unit   string               `json:"unit,omitempty"` // of T
	T      Numbers              `json:"t"`
	Values []Component          `json:"values"`
	Params []Parameter          `json:"parameters,omitempty"`
	Stats  ode.Stats            `json:"stats"`
	Extra  map[string]*Quantity `json:"quantities,omitempty"`
}

// Component is one function of a solution.
type Component struct {
	Name  string    `json:"name"`
	Unit  string    `json:"unit,omitempty"`
	Error *Quantity `json:"error,omitempty"` // nil: not estimated
	Y     Numbers   `json:"y"`
}

// Parameter is one estimated parameter.
type Parameter struct {
	Name  string    `json:"name"`
	Unit  string    `json:"unit,omitempty"`
	Value Quantity  `json:"value"`
	Error *Quantity `json:"error,omitempty"` // nil: not estimated
}

// Quantity is one number in JSON, with the words of Numbers.
type Quantity float64

// MarshalJSON implements json.Marshaler.
func (q Quantity) MarshalJSON() ([]byte, error) { return appendNumber(nil, float64(q)), nil }

// UnmarshalJSON implements json.Unmarshaler.
func (q *Quantity) UnmarshalJSON(data []byte) error {
	var v Numbers
	if err := v.UnmarshalJSON([]byte("[" + string(data) + "]")); err != nil {
		return err
	}
	*q = Quantity(v[0])
	return nil
}

// NewFull describes a solution by the functions in rows, with the errors of
// these (nil: not estimated); unit returns the unit of a name or "".
func NewFull(s *ode.Solution, rows Series, errors []float64, params []string, unit func(name string) string) Full {
	full := Full{
		Status: s.Status.String(),
		Label:  rows.Label,
		Unit:   unit(rows.Label),
		T:      rows.T,
		Stats:  s.Stats,
		Extra:  map[string]*Quantity{"residual": quantity(s.Residual)},
	}
	if s.Err != nil {
		full.Message = s.Err.Error()
	}
	for _, w := range s.Warnings {
		full.Warnings = append(full.Warnings, w.Error())
	}
	if c := s.Condition; c != (ode.Conditioning{}) {
		full.Extra["kappa"], full.Extra["kappa1"], full.Extra["gamma1"] = quantity(c.Kappa), quantity(c.Kappa1), quantity(c.Gamma1)
	}
	for j, name := range rows.Names {
		c := Component{Name: name, Unit: unit(name), Y: rows.Column(j)}
		if j < len(errors) {
			c.Error = quantity(errors[j])
		}
		full.Values = append(full.Values, c)
	}
	for j, v := range s.P {
		p := Parameter{Name: "p" + strconv.Itoa(j+1), Value: Quantity(v)}
		if j < len(params) {
			p.Name = params[j]
		}
		p.Unit = unit(p.Name)
		if s.ParamError != nil {
			p.Error = quantity(s.ParamError[j])
		}
		full.Params = append(full.Params, p)
	}
	return full
}

func quantity(v float64) *Quantity { q := Quantity(v); return &q }

// JSON writes the solution on one line: a list of numbers with a line for each
// would be three times as long.
func (f Full) JSON(w io.Writer) error { return writeJSON(w, f, "") }

// JSON writes what is known of the run.
func (r Run) JSON(w io.Writer) error { return writeJSON(w, r, "  ") }

// writeJSON writes v without escaping <, > and &.
func writeJSON(w io.Writer, v any, indent string) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	return e.Encode(v)
}

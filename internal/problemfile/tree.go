package problemfile

import (
	"bytes"
	"errors"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2/unstable"
)

// kind is what a node of the file is.
type nodeKind int

const (
	tableNode  nodeKind = iota // [table] or { inline }
	listNode                   // [ .. ] or [[table]] repeated
	stringNode                 // '..' or ".."
	numberNode                 // integer or float, inf, nan
	boolNode
	dateNode // known to TOML, of no use here
)

var nodeNames = [...]string{"a table", "a list", "a string", "a number", "true or false", "a date"}

func (k nodeKind) String() string { return nodeNames[k] }

// node is a value of the file with its place.
type node struct {
	kind nodeKind
	pos  int // offset of the first character of the value

	text string // decoded string, or the characters of a number or bool
	at   int    // offset of text[0]
	// exact: text stands in the file as it is, so that text[i] is at at+i.
	exact bool

	num   float64
	items []*node  // of a list
	keys  []*entry // of a table, in the order of the file
	index map[string]*entry

	defined  bool // a [header] or an inline table has closed it
	repeated bool // list made of [[headers]]
}

// entry is a key with its value.
type entry struct {
	key string
	pos int // of the key
	val *node
}

// get returns the entry of a key and marks it as known, or nil.
func (n *node) get(key string) *entry {
	if n == nil {
		return nil
	}
	return n.index[key]
}

func (n *node) put(key string, pos int, val *node) *entry {
	e := &entry{key: key, pos: pos, val: val}
	if n.index == nil {
		n.index = map[string]*entry{}
	}
	n.index[key] = e
	n.keys = append(n.keys, e)
	return e
}

// parseTree reads TOML into a tree with positions. Syntax errors end the
// reading: ok is false. Duplicate keys do not.
func parseTree(rep *reporter) (root *node, ok bool) {
	root = &node{kind: tableNode}
	if isUTF16(rep.src) {
		rep.errorf(0, "the file is UTF-16, expected UTF-8: save it as that")
		return root, false
	}
	b := builder{rep: rep, root: root, current: root}
	b.p.Reset(rep.src)
	for b.p.NextExpression() {
		e := b.p.Expression()
		switch e.Kind {
		case unstable.KeyValue:
			b.keyValue(b.current, e)
		case unstable.Table, unstable.ArrayTable:
			b.header(e)
		}
	}
	if err := b.p.Error(); err != nil {
		b.syntax(err)
		return root, false
	}
	return root, true
}

type builder struct {
	rep     *reporter
	p       unstable.Parser
	root    *node
	current *node // table that key = value lines go to; nil after a bad header
}

func (b *builder) syntax(err error) {
	var pe *unstable.ParserError
	offset := len(b.rep.src)
	if errors.As(err, &pe) && cap(pe.Highlight) > 0 && cap(pe.Highlight) <= cap(b.rep.src) {
		offset = cap(b.rep.src) - cap(pe.Highlight)
	}
	if r, n := utf8.DecodeRune(b.rep.src[offset:]); n > 1 {
		// The parser shows the first byte of it as a character.
		b.rep.errorf(offset, "not TOML: unexpected character '%c'%s", r, lookAlike(r))
		return
	}
	hint := ""
	line := b.rep.src[b.rep.lines[b.rep.line(offset)-1]:offset]
	if i := bytes.IndexByte(line, '='); i >= 0 && !bytes.ContainsAny(line[i:], `'"`) {
		hint = "; words and formulas stand in quotes, '..'"
	}
	b.rep.errorf(offset, "not TOML: %s%s", err, hint)
}

// lookAlike says what to write instead of a character that word processors make.
func lookAlike(r rune) string {
	switch r {
	case '‘', '’', '‚', '“', '”', '„', '«', '»', '`', '´':
		return ", a typographic quotation mark: write the straight ' or \""
	case '−', '–', '—':
		return ", a typographic minus sign or dash: write -"
	case '\u00a0':
		return ", a no-break space: write a plain one"
	}
	return ""
}

type keyPart struct {
	name string
	pos  int
}

func keyParts(e *unstable.Node) []keyPart {
	var parts []keyPart
	for it := e.Key(); it.Next(); {
		k := it.Node()
		parts = append(parts, keyPart{string(k.Data), int(k.Raw.Offset)})
	}
	return parts
}

// header makes the table of [a.b] or [[a.b]] the current one.
func (b *builder) header(e *unstable.Node) {
	parts := keyParts(e)
	last := parts[len(parts)-1]
	b.current = nil
	t := b.walk(b.root, parts[:len(parts)-1])
	if t == nil {
		return
	}
	old := t.get(last.name)
	if e.Kind == unstable.ArrayTable {
		if old == nil {
			old = t.put(last.name, last.pos, &node{kind: listNode, pos: last.pos, repeated: true})
		} else if !old.val.repeated {
			b.duplicate(last, old)
			return
		}
		b.current = &node{kind: tableNode, pos: last.pos, defined: true}
		old.val.items = append(old.val.items, b.current)
		return
	}
	if old == nil {
		old = t.put(last.name, last.pos, &node{kind: tableNode, pos: last.pos})
	} else if old.val.kind != tableNode || old.val.defined {
		b.duplicate(last, old)
		return
	}
	old.val.defined = true
	b.current = old.val
}

// walk descends to the table of a dotted key, making what is missing.
func (b *builder) walk(t *node, parts []keyPart) *node {
	for _, p := range parts {
		old := t.get(p.name)
		switch {
		case old == nil:
			t = t.put(p.name, p.pos, &node{kind: tableNode, pos: p.pos}).val
		case old.val.kind == tableNode:
			t = old.val
		case old.val.repeated:
			t = old.val.items[len(old.val.items)-1]
		default:
			b.duplicate(p, old)
			return nil
		}
	}
	return t
}

func (b *builder) duplicate(k keyPart, old *entry) {
	b.rep.errorf(k.pos, "duplicate name '%s', first given in line %d", k.name, b.rep.line(old.pos))
}

func (b *builder) keyValue(t *node, e *unstable.Node) {
	if t == nil {
		return
	}
	parts := keyParts(e)
	last := parts[len(parts)-1]
	if t = b.walk(t, parts[:len(parts)-1]); t == nil {
		return
	}
	if old := t.get(last.name); old != nil {
		b.duplicate(last, old)
		return
	}
	t.put(last.name, last.pos, b.value(e.Value(), last.pos))
}

// value converts a node of the parser, which reuses its memory. pos is used
// where the parser knows no place.
func (b *builder) value(v *unstable.Node, pos int) *node {
	if v.Raw.Length > 0 {
		pos = int(v.Raw.Offset)
	}
	n := &node{pos: pos, text: string(v.Data)}
	switch v.Kind {
	case unstable.String:
		n.kind = stringNode
		n.at, n.exact = content(b.p.Raw(v.Raw), v.Data, pos)
	case unstable.Integer, unstable.Float:
		n.kind = numberNode
		b.number(n)
	case unstable.Bool:
		n.kind = boolNode
	case unstable.Array:
		n.kind = listNode
		for it := v.Children(); it.Next(); {
			if c := it.Node(); c.Kind != unstable.Comment {
				n.items = append(n.items, b.value(c, pos))
			}
		}
		if len(n.items) > 0 && v.Raw.Length == 0 {
			n.pos = n.items[0].pos
		}
	case unstable.InlineTable:
		n.kind = tableNode
		for it := v.Children(); it.Next(); {
			if c := it.Node(); c.Kind == unstable.KeyValue {
				b.keyValue(n, c)
			}
		}
		n.defined = true
	default:
		n.kind = dateNode
	}
	return n
}

func (b *builder) number(n *node) {
	s := strings.ReplaceAll(n.text, "_", "")
	if v, err := strconv.ParseInt(s, 0, 64); err == nil { // 0x.., 0o.., 0b.. too
		n.num = float64(v)
		return
	}
	if strings.HasSuffix(s, "nan") {
		n.num = math.NaN()
		return
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		b.rep.errorf(n.pos, "the number %s is out of range", n.text)
	}
	n.num = v
}

// content finds where the decoded text of a string stands in the file. When
// the string has escapes there is no such place, and the quote is taken.
func content(raw, text []byte, pos int) (at int, exact bool) {
	quote := raw[:1]
	if len(raw) >= 6 && raw[1] == raw[0] && raw[2] == raw[0] {
		quote = raw[:3]
	}
	at = len(quote)
	if len(quote) == 3 { // a newline right after the opening quotes is not content
		at += len(raw[at:]) - len(bytes.TrimPrefix(bytes.TrimPrefix(raw[at:], []byte("\r")), []byte("\n")))
	}
	if len(raw) == at+len(text)+len(quote) && bytes.HasPrefix(raw[at:], text) {
		return pos + at, true
	}
	return pos, false
}

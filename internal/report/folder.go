package report

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
)

// WriteFile writes a file as a whole or not at all: write fills a temporary
// file beside it, which then takes its name. An interrupted or failed run
// leaves the former file as it was.
func WriteFile(path string, write func(w io.Writer) error) (err error) {
	// os.CreateTemp would keep the result from everybody else; a name of our
	// own gets the permissions of any new file.
	temp := filepath.Join(filepath.Dir(path), fmt.Sprintf(".%s.%d-%x", filepath.Base(path), os.Getpid(), rand.Uint64()))
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, ignoreClosed(f.Close()), os.Remove(temp))
		}
	}()
	b := bufio.NewWriter(f)
	if err := write(b); err != nil {
		return err
	}
	if err := b.Flush(); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(temp, path)
}

func ignoreClosed(err error) error {
	if errors.Is(err, os.ErrClosed) {
		return nil
	}
	return err
}

// Folder is where a run writes its full results.
type Folder struct {
	Path  string
	Files []string // names of the files written, in order

	earlier []string // files that the pages of earlier runs list
}

// OpenFolder makes the folder if it does not exist.
func OpenFolder(path string) (*Folder, error) {
	if err := os.MkdirAll(path, 0o777); err != nil {
		return nil, err
	}
	f := &Folder{Path: path}
	if p, err := LoadPage(path); err == nil {
		f.earlier = append(p.Files, p.Left...)
	}
	return f, nil
}

// Write writes the file name in the folder, as WriteFile does.
func (f *Folder) Write(name string, write func(w io.Writer) error) error {
	if err := WriteFile(filepath.Join(f.Path, name), write); err != nil {
		return err
	}
	f.Files = append(f.Files, name)
	return nil
}

// left returns the files of earlier runs that are still there and that this one
// has not replaced.
func (f *Folder) left() []string {
	var out []string
	for _, name := range f.earlier {
		if slices.Contains(f.Files, name) || slices.Contains(out, name) || !filepath.IsLocal(name) {
			continue
		}
		if _, err := os.Stat(filepath.Join(f.Path, name)); err == nil {
			out = append(out, name)
		}
	}
	return out
}

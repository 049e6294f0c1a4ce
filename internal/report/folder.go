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
	f, err := beside(path)
	if err != nil {
		return err
	}
	temp := f.Name()
	defer func() {
		if err != nil {
			err = naming(path, errors.Join(err, ignoreClosed(f.Close()), os.Remove(temp)))
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

// beside creates a temporary file beside a path.
func beside(path string) (*os.File, error) {
	// os.CreateTemp would keep the result from everybody else; a name of our
	// own gets the permissions of any new file.
	temp := filepath.Join(filepath.Dir(path), fmt.Sprintf(".%s.%d-%x", filepath.Base(path), os.Getpid(), rand.Uint64()))
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	return f, naming(path, err)
}

// naming makes an error about a temporary file one about the file that is
// meant.
func naming(path string, err error) error {
	var at *os.PathError
	if errors.As(err, &at) {
		return &os.PathError{Op: "write", Path: path, Err: at.Err}
	}
	var link *os.LinkError
	if errors.As(err, &link) {
		return &os.PathError{Op: "write", Path: path, Err: link.Err}
	}
	return err
}

// CheckFile says, before a long computation, whether WriteFile will be able to
// write a file.
func CheckFile(path string) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return &os.PathError{Op: "write", Path: path, Err: errors.New("is a folder")}
	}
	f, err := beside(path)
	if err != nil {
		return err
	}
	return naming(path, errors.Join(f.Close(), os.Remove(f.Name())))
}

// CheckFolder says whether OpenFolder will be able to make a folder, and files
// can be written into it. It makes none.
func CheckFolder(path string) error {
	for at := filepath.Clean(path); ; at = filepath.Dir(at) {
		info, err := os.Stat(at)
		switch {
		case err == nil && !info.IsDir():
			return &os.PathError{Op: "write", Path: path, Err: fmt.Errorf("%s is no folder", at)}
		case err == nil:
			if err := CheckFile(filepath.Join(at, "probe")); err != nil {
				return naming(path, err)
			}
			return nil
		case !errors.Is(err, os.ErrNotExist) || at == filepath.Dir(at):
			return naming(path, err)
		}
	}
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

package report

import (
	"os"
	"path/filepath"
	"testing"
)

// TestSamplesForTheEye writes the sample pictures into the folder named by
// COSTATE_PICTURES, to be looked at.
func TestSamplesForTheEye(t *testing.T) {
	dir := os.Getenv("COSTATE_PICTURES")
	if dir == "" {
		t.Skip("COSTATE_PICTURES is not set")
	}
	for _, f := range sampleFigures() {
		for _, ext := range PictureFormats {
			if err := WritePicture(filepath.Join(dir, f.Name+ext), f); err != nil {
				t.Fatal(err)
			}
		}
	}
}

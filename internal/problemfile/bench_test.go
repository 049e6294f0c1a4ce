package problemfile

import (
	"testing"

	"costate/testdata"
)

func BenchmarkLoad(b *testing.B) {
	for _, name := range []string{"lynx-hare", "lorenz96", "nakl", "bvp/T33"} {
		b.Run("problem="+name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := LoadFS(testdata.Problems(), name+".toml"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

package definition_test

import (
	"testing"

	"stedi/pipeline/definition"
	"stedi/pipeline/duckdb"
	"stedi/pipeline/stedi"
)

// The program loads the definition at every start.
func BenchmarkLoad(b *testing.B) {
	e, err := duckdb.Open(b.Context(), duckdb.Options{Temp: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := definition.Load(b.Context(), stedi.Definition, nil, e); err != nil {
			b.Fatal(err)
		}
	}
	if err := e.Close(); err != nil {
		b.Fatal(err)
	}
}

package export_test

import (
	"log"
	"os"

	"stedi/pipeline"
	"stedi/pipeline/export"
)

func ExampleNewWriter() {
	columns := []pipeline.ResultColumn{{Name: "name", Type: "VARCHAR"}, {Name: "age", Type: "BIGINT"}}
	w := export.NewWriter(os.Stdout, export.NDJSON, columns)
	for _, row := range [][]any{{"Ann", int64(30)}, {"Bob", nil}} {
		if err := w.Row(row); err != nil {
			log.Print(err)
			break
		}
	}
	if err := w.End(); err != nil {
		log.Print(err)
	}
	// Output:
	// {"name":"Ann","age":30}
	// {"name":"Bob","age":null}
}

package ndjson_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"stedi/pipeline/ndjson"
)

func ExampleParseType() {
	t, err := ndjson.ParseType("ARRAY< Struct<a: INT> >")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(t)
	// Output: array<struct<a:int>>
}

// Join writes the rows of files in one spelling and reports the lines that it
// rejects.
func ExampleJoin() {
	dir, err := os.MkdirTemp("", "ndjson")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "people.json")
	lines := `{"Age":30,"name":"Ann"}` + "\n" + `{"name":"Bob"}` + "\n" + `{"name":7}` + "\n"
	if err := os.WriteFile(path, []byte(lines), 0o600); err != nil {
		log.Print(err)
		return
	}

	files := []ndjson.File{{Path: path, Name: "people.json", Size: int64(len(lines))}}
	columns := []ndjson.Column{{Name: "name", Type: ndjson.String}, {Name: "age", Type: ndjson.Int}}
	report, err := ndjson.Join(context.Background(), files, columns, ndjson.Limits{}, os.Stdout)
	if err != nil {
		log.Print(err)
		return
	}
	fmt.Println(report.Rows, "rows")
	for _, reject := range report.Rejects {
		fmt.Println(reject)
	}
	// Output:
	// {"name":"Ann","age":30}
	// {"name":"Bob","age":null}
	// 2 rows
	// people.json:3:9: name: expected string, found number
}

package query_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
	"stedi/pipeline/query"
)

func Example() {
	root, err := os.MkdirTemp("", "query")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(root) }()
	path := filepath.Join(root, "people.json")
	lines := `{"name":"Ann","age":30}` + "\n" + `{"name":"Cid","age":7}` + "\n"
	if err := os.WriteFile(path, []byte(lines), 0o600); err != nil {
		log.Print(err)
		return
	}
	people := &pipeline.Table{Name: "people", Path: "people", Columns: []ndjson.Column{
		{Name: "name", Type: ndjson.String}, {Name: "age", Type: ndjson.Int},
	}}
	lake := &pipeline.Lake{Tables: []*pipeline.Table{people}}
	inputs := map[string]pipeline.Input{"people": {
		Table: people, Files: []ndjson.File{{Path: path, Name: "people.json", Size: int64(len(lines))}},
	}}

	q := query.Open(lake, inputs, root, query.Options{})
	defer func() { _ = q.Close() }()
	ctx := context.Background()
	rows, err := q.Query(ctx, "SELECT name, age FROM people WHERE age < 18")
	if err != nil {
		log.Print(err)
		return
	}
	for {
		page, err := rows.Next(ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			log.Print(err)
			return
		}
		for _, row := range page {
			fmt.Println(row...)
		}
	}
	_, err = q.Query(ctx, "DROP TABLE people")
	fmt.Println(err)
	// Output:
	// Cid 7
	// line 1, column 1: queries are read-only: DROP is not allowed (it deletes)
	//   Write one SELECT.
}

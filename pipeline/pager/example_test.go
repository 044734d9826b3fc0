package pager_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
	"stedi/pipeline/pager"
)

// OpenFiles reads any page of a table's files without loading the table.
func ExampleOpenFiles() {
	dir, err := os.MkdirTemp("", "pager")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "people.json")
	lines := `{"name":"Ann","age":30}` + "\n" + `{"name":"Bob","age":null}` + "\n" + `{"name":"Cid","age":7}` + "\n"
	if err := os.WriteFile(path, []byte(lines), 0o600); err != nil {
		log.Print(err)
		return
	}

	table := &pipeline.Table{Name: "people", Columns: []ndjson.Column{
		{Name: "name", Type: ndjson.String}, {Name: "age", Type: ndjson.Int},
	}}
	files := []ndjson.File{{Path: path, Name: "people.json", Size: int64(len(lines))}}
	src := pager.OpenFiles(table, files, -1, dir)
	defer func() { _ = src.Close() }()
	ctx := context.Background()
	rows, err := src.Page(ctx, 1, 2)
	if err != nil {
		log.Print(err)
		return
	}
	for _, row := range rows {
		fmt.Println(row...)
	}
	row, column, err := pager.Find(ctx, src, "cid", 0, true, func(int64) {})
	if err != nil {
		log.Print(err)
		return
	}
	fmt.Println("found in row", row, "column", column)
	// Output:
	// Bob <nil>
	// Cid 7
	// found in row 2 column 0
}

func ExampleView_Select() {
	table := &pipeline.Table{Name: "people", Columns: []ndjson.Column{
		{Name: "name", Type: ndjson.String}, {Name: "age", Type: ndjson.Int},
	}}
	sql, err := pager.View{
		Columns: []string{"name"},
		Where:   []pager.Condition{{Column: "age", Op: pager.AtLeast, Value: 18}},
		Sort:    []pager.Order{{Column: "name"}},
	}.Select(table, 10)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(sql)
	// Output:
	// SELECT "name"
	// FROM "people"
	// WHERE ("age" >= 18
	// )
	// ORDER BY "name" ASC NULLS LAST
	// LIMIT 10
}

package tui

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stedi/pipeline"
	"stedi/pipeline/ndjson"
	"stedi/pipeline/pager"
	"stedi/tui/ui"
)

// wideRows opens a table of many rows and columns on the screen.
func wideRows(b *testing.B, rows, columns int) *driver {
	b.Helper()
	table := &pipeline.Table{Name: "wide"}
	for i := range columns {
		kind := []ndjson.Type{ndjson.Bigint, ndjson.String, ndjson.Double}[i%3]
		table.Columns = append(table.Columns, pipeline.Column{Name: fmt.Sprintf("column%d", i), Type: kind})
	}
	name := filepath.Join(b.TempDir(), "part-00000.json")
	var text strings.Builder
	for row := range rows {
		for i := range columns {
			value := []string{fmt.Sprint(1704109299074 + row), fmt.Sprintf(`"text %d é"`, row), fmt.Sprint(row, ".5")}[i%3]
			fmt.Fprintf(&text, `%s"column%d":%s`, map[bool]string{true: "{", false: ","}[i == 0], i, strings.ReplaceAll(value, " .", "."))
		}
		text.WriteString("}\n")
	}
	must(b, os.WriteFile(name, []byte(text.String()), 0o600))
	w := newWorld(b, "sample")
	w.open(b)
	d := start(b, w.options(b), 120, 36)
	source := pager.OpenFiles(table, []ndjson.File{{Path: name, Name: "wide", Size: int64(text.Len())}}, -1, b.TempDir())
	b.Cleanup(func() { must(b, source.Close()) })
	d.current = tableScreen
	d.tableView().name = "wide"
	d.do(d.tableView().grid.Take(source, source.Index))
	d.settle()
	return d
}

// BenchmarkGridFrame measures a frame of a grid.
func BenchmarkGridFrame(b *testing.B) {
	d := wideRows(b, 100_000, 50)
	for b.Loop() {
		f := ui.NewFrame(120, 33)
		d.tableView().draw(f.All())
	}
}

// BenchmarkGridKey measures a key press, from the message to the frame as text.
func BenchmarkGridKey(b *testing.B) {
	d := wideRows(b, 100_000, 50)
	keys := []string{"down", "right", "pgdown", "left", "shift+right"}
	i := 0
	for b.Loop() {
		d.press(keys[i%len(keys)])
		_ = d.View()
		i++
	}
}

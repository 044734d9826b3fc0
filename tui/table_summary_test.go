package tui

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stedi/pipeline"
)

func TestAnExportHasAFormatColumnsAndMarkedRows(t *testing.T) {
	_, d := openRows(t, "accelerometer_landing")
	d.cursorTo("z")
	d.press("H", "g", "m", "down", "m", "e")
	d.shows("EXPORT accelerometer_landing", "● 4 shown", "● 2 marked", "● use another name")
	d.press("tab")
	form, ok := d.top().(*exportForm)
	if !ok {
		t.Fatal("no dialog")
	}
	for !strings.HasSuffix(form.file.Value(), ".ndjson") {
		d.press("right")
	}
	d.press("enter")
	d.shows("exported 2 rows to ")
	text, err := os.ReadFile(filepath.Join(d.options.Folder, "accelerometer_landing.ndjson"))
	must(t, err)
	if lines := strings.Split(strings.TrimSpace(string(text)), "\n"); len(lines) != 2 || strings.Contains(lines[0], `"z"`) || !strings.Contains(lines[0], `"y"`) {
		t.Errorf("%q", lines)
	}
}

func TestRowsAreCountedByTheirValues(t *testing.T) {
	_, d := openRows(t, "accelerometer_landing")
	d.cursorTo("y")
	d.press("F")
	d.shows("ROWS BY y", "ROWS", "SHARE", "▇", "%")
	d.press("enter")
	d.shows("accelerometer_landing · y = ")
	one := d.tableView().grid.Kept.Count
	d.press("esc", "F", "x")
	if rest := d.tableView().grid.Kept.Count; one == 0 || one+rest != 164 {
		t.Errorf("%d rows with the value and %d without", one, rest)
	}
	d.press("esc")
	d.enters("*", "x, Y")
	d.shows("ROWS BY x, y", "groups")
	d.press("enter")
	d.shows("accelerometer_landing · x = ", " and y = ")
	d.enters("*", "x, why")
	d.shows(`no column is named "why"`)
}

func TestColumnsAreSummarized(t *testing.T) {
	_, d := openRows(t, "customer_landing")
	d.press("I")
	d.shows("STATISTICS", "24 rows", "DISTINCT", "MEDIAN", "registrationDate", "bigint")
	d.press("enter")
	d.shows("ROWS BY customerName")
}

func TestRowsAreMarkedComparedAndCopied(t *testing.T) {
	w, d := openRows(t, "customer_landing")
	d.press("d")
	d.shows("COMPARE ROWS", "ROW 1", "ROW 2")
	d.press("esc", "m", "up", "d")
	d.shows("go from the marked row to the other one")
	d.press("down", "down", "d")
	d.shows("COMPARE ROWS", "ROW 1", "ROW 3", "≠", "columns differ")
	d.press("esc", "M")
	d.shows("3 marked")
	d.press("Y")
	if n := len(w.copied); n != 1 || strings.Count(w.copied[0], "\n") != 3 {
		t.Fatalf("copied %q", w.copied)
	}
	d.press("esc")
	d.hides("marked")
	d.shows("customer_landing")
	d.press("g", "ctrl+v", "right", "down")
	d.shows("2 × 2 cells")
	d.press("y")
	if n := len(w.copied); n != 2 || strings.Count(w.copied[1], "\n") != 2 || strings.Count(w.copied[1], "\t") != 2 {
		t.Errorf("copied %q", w.copied)
	}
	d.hides("· 2 × 2 cells")
	d.press("esc")
	d.shows("LANDING")
}

func TestTextWithAnOperatorIsSQL(t *testing.T) {
	table := &pipeline.Table{Columns: []pipeline.Column{{Name: "distance"}, {Name: "user"}}}
	for text, sql := range map[string]bool{
		"distance > 100": true, `"Distance" = 3`: true, "user like 'a%'": true, "user": false, "not distance": true, "Smith": false,
		"a = b": true, "distnace > 100": true, "usr like 'x%'": true, "usr is null": true, "length(usr) > 3": true, "starts_with(usr, 'x')": true,
		"usr in ('a')": true, "dist between 1 and 2": true, "usr !~ 'x'": true,
		"Smith and Sons": false, "it is him": false, "a+b@example.com": false, "2022-06-18": false, "100%": false, "Smith (old)": false,
		"'a = b'": false, `"user > x"`: false, "like a rolling stone": false, "between us": false, "nothing in it": false,
	} {
		condition, typed := typedCondition(text, table)
		if got := condition == text; got != sql || typed.text != text || !sql && !strings.HasPrefix(typed.shown, `contains "`) {
			t.Errorf("%s: %t, %+v", text, got, typed)
		}
	}
}

func TestAMisspeltColumnIsAnErrorWithItsPosition(t *testing.T) {
	_, d := openRows(t, "customer_landing")
	d.enters("/", "phone is not null and birthdy > '1900'")
	d.shows("birthdy", "Did you mean birthDay?", "/ corrects it, ! explains it", "24 rows")
	d.press("!")
	d.shows("ERROR", "▲ column 23", "put it in quotes")
	d.press("esc", "/")
	if at := d.prompt.Input.Position(); at != 22 {
		t.Errorf("the cursor is at %d, not on the wrong name", at)
	}
	d.press("delete", "delete", "delete", "delete", "delete", "delete", "delete")
	d.write("birthDay")
	d.press("enter")
	d.shows("customer_landing · phone is not null and birthDay > '1900'")
}

func TestAFilterKeepsTheOrderAndTheLines(t *testing.T) {
	_, d := openRows(t, "customer_landing")
	names := d.column("customerName")
	d.enters("/", "length(customerName) % 2 = 0")
	at := 0
	for _, name := range d.column("customerName") {
		for at < len(names) && names[at] != name {
			at++
		}
	}
	if kept := d.tableView().grid.Kept.Count; at >= len(names) || kept == 0 || kept == int64(len(names)) {
		t.Errorf("%d rows are not in the order of the file", kept)
	}
	d.press("end", "enter")
	d.shows("customer/landing/", fmt.Sprintf(":%d", at+1))
}

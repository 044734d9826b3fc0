package tui

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"stedi/pipeline/pager"
	"stedi/tui/ui"
)

// openRows opens a table of a lake with all tables built.
func openRows(t *testing.T, table string) (*world, *driver) {
	t.Helper()
	w := newWorld(t, "sample")
	w.open(t)
	w.make(t)
	d := start(t, w.options(t), 120, 36)
	d.opens(table)
	return w, d
}

func (d *driver) opens(table string) {
	d.Helper()
	d.do(d.openTable(table))
	d.settle()
}

// enters presses a key, replaces the text in the field, and presses enter.
func (d *driver) enters(key, text string) {
	d.Helper()
	d.press(key, "ctrl+u")
	d.write(text)
	d.press("enter")
}

// column returns the values of a column in the rows on the screen.
func (d *driver) column(name string) (values []any) {
	d.Helper()
	g := d.tableView().grid
	_, h := g.Space()
	for row := g.Top; row < min(g.Top+int64(h), g.Kept.Count); row++ {
		for i, c := range g.Columns {
			if c.Name == name {
				values = append(values, g.Kept.Rows[row][i])
			}
		}
	}
	return values
}

// cursorTo moves the cursor to a column.
func (d *driver) cursorTo(name string) {
	d.Helper()
	d.press("0")
	for d.tableView().grid.CursorColumn() != name {
		before := d.tableView().grid.At
		if d.press("right"); d.tableView().grid.At == before {
			d.Fatalf("there is no column %s", name)
		}
	}
}

func TestTheCursorGoesToEveryRow(t *testing.T) {
	_, d := openRows(t, "accelerometer_landing")
	d.shows("accelerometer_landing", "164 rows", "row 1 of 164", "user · string")
	for _, c := range [][2]string{
		{"end", "row 164 of 164"},
		{"pgup", "row 134 of 164"},
		{"up", "row 133 of 164"},
		{"home", "row 1 of 164"},
		{"space", "row 31 of 164"},
		{"G", "row 164 of 164"},
		{"down", "row 164 of 164"},
		{"g", "row 1 of 164"},
	} {
		if d.press(c[0]); !strings.Contains(d.screen(), c[1]) {
			t.Errorf("%s does not lead to %s:\n%s", c[0], c[1], d.screen())
		}
	}
	d.enters("#", "1,00")
	d.shows("row 100 of 164")
	d.enters("#", "5000")
	d.shows("row 164 of 164", "the last row is 164")
	d.enters("#", "-1")
	d.shows("not a row number")
}

func TestRowsAreSortedByTheColumnWithTheCursor(t *testing.T) {
	_, d := openRows(t, "customer_landing")
	d.cursorTo("birthDay")
	d.press("s")
	d.shows("customer_landing · by birthDay ▲", "birthDay", "▲")
	sorted := func(want int) {
		t.Helper()
		for i, values := 1, d.column("birthDay"); i < len(values); i++ {
			if c := strings.Compare(fmt.Sprint(values[i]), fmt.Sprint(values[i-1])); c == -want {
				t.Errorf("%v comes after %v", values[i], values[i-1])
			}
		}
	}
	sorted(1)
	d.press("s")
	d.shows("by birthDay ▼")
	sorted(-1)
	d.cursorTo("email")
	d.press("S")
	d.shows("by birthDay ▼, email ▲")
	d.press("s", "s")
	d.hides(" by ")
	if d.tableView().view != nil {
		t.Error("the rows are not as they lie there")
	}
}

func TestRowsAreFilteredByValuesConditionsAndTexts(t *testing.T) {
	_, d := openRows(t, "accelerometer_landing")
	d.cursorTo("y")
	d.enters("/", "y = 1")
	ones := d.tableView().grid.Kept.Count
	d.press("backspace")
	d.enters("/", "y is null or y <> 1")
	others := d.tableView().grid.Kept.Count
	if ones == 0 || others == 0 || ones+others != 164 {
		t.Errorf("%d and %d rows", ones, others)
	}
	d.press("esc")
	d.shows("164 rows")

	d.press("=")
	only := d.tableView().grid.Kept.Count
	for _, v := range d.column("y") {
		if v != d.column("y")[0] {
			t.Errorf("%v is not wanted", v)
		}
	}
	d.press("backspace", "x")
	if rest := d.tableView().grid.Kept.Count; only == 0 || only+rest != 164 {
		t.Errorf("%d rows with the value and %d without", only, rest)
	}
	d.press("backspace")
	d.enters("/", "JASPERTON")
	d.shows(`accelerometer_landing · contains "JASPERTON"`)
	for _, v := range d.column("user") {
		if !strings.Contains(strings.ToLower(fmt.Sprint(v)), "jasperton") {
			t.Errorf("%v is not wanted", v)
		}
	}
	d.enters("/", "it's nobody")
	d.shows("0 of 164 rows", "no matching rows")
}

func TestAWrongConditionLeavesTheRowsAsTheyAre(t *testing.T) {
	_, d := openRows(t, "accelerometer_landing")
	d.enters("/", "y > 0")
	before := d.column("timestamp")
	d.enters("/", "y >")
	d.shows("filter: the condition is incomplete", "accelerometer_landing · y > 0")
	if !reflect.DeepEqual(d.column("timestamp"), before) {
		t.Error("other rows are shown")
	}
	d.press("!")
	d.shows("ERROR", "WHY")
}

func TestATextIsFoundForwardAndBack(t *testing.T) {
	_, d := openRows(t, "customer_landing")
	d.enters(`\`, "OAKENSHAW")
	g := d.tableView().grid
	first := g.Row
	if v, _ := g.Value(); !strings.Contains(strings.ToLower(fmt.Sprint(v)), "oakenshaw") {
		t.Errorf("the cursor is on %v", v)
	}
	d.press("n")
	if g.Row <= first {
		t.Errorf("row %d comes after %d", g.Row, first)
	}
	d.press("N")
	if g.Row != first {
		t.Errorf("row %d, not %d", g.Row, first)
	}
	d.enters(`\`, "nobody is called so")
	d.shows("not found below this row")
}

func TestTheNextStartShowsATableAsItWasLookedAt(t *testing.T) {
	w, d := openRows(t, "customer_landing")
	d.cursorTo("phone")
	d.press("H")
	d.cursorTo("email")
	d.press("|", "s", "=")
	d.cursorTo("registrationDate")
	d.press("T")
	d.shows("1 hidden", "│", "email = ")
	must(t, d.remember())
	if kept := fmt.Sprint(w.known); strings.Contains(kept, "@") {
		t.Errorf("a value of the table is remembered: %s", kept)
	}
	d = start(t, w.options(t), 120, 36)
	d.cursorTo("registrationDate")
	d.shows("customer_landing · by email ▲ · 1 hidden", "24 rows", "2024-01-01 12:41:")
	g := d.tableView().grid
	if g.Frozen != 2 || !g.Local || !g.Hidden["phone"] {
		t.Errorf("%d, %t, %v", g.Frozen, g.Local, g.Hidden)
	}
	d.press("U")
	d.hides("hidden")
}

func TestARowIsShownWithItsLine(t *testing.T) {
	w, d := openRows(t, "customer_landing")
	d.press("down", "enter")
	d.shows("customer_landing · row 2", `"email": "`, "customer/landing/", ":2", `"phone"`)
	d.press("y")
	d.press("right")
	d.shows("customer_landing · row 3", ":3")
	if len(w.copied) != 1 || !strings.HasPrefix(w.copied[0], `{"customerName":"`) {
		t.Errorf("copied %q", w.copied)
	}
	d.press("esc", "v")
	d.shows("string · ")
}

func TestCellsRowsAndColumnsAreCopied(t *testing.T) {
	w, d := openRows(t, "customer_landing")
	d.cursorTo("email")
	want := fmt.Sprint(d.column("email")[0])
	d.press("y", "C")
	d.shows("copied all 24 values of email with paper")
	if len(w.copied) != 2 || w.copied[0] != want || !strings.HasPrefix(w.copied[1], want+"\n") || strings.Count(w.copied[1], "\n") != 24 {
		t.Errorf("copied %q", w.copied)
	}
}

func TestAPersonIsFollowedThroughTheZones(t *testing.T) {
	w, d := openRows(t, "customer_landing")
	d.cursorTo("email")
	var email string
	for _, v := range d.column("shareWithResearchAsOfDate") { // a customer without consent
		if v == nil {
			email = fmt.Sprint(d.column("email")[d.tableView().grid.Row])
			break
		}
		d.press("down")
	}
	d.press("@")
	d.shows("ONE PERSON'S ROWS", email, "all rows are dropped at")
	p, ok := d.top().(*personPanel)
	if !ok {
		t.Fatal("no panel")
	}
	for i, table := range p.trace.Tables {
		d.opens("customer_landing")
		again := newPersonPanel(d.app, p.person, p.trace)
		again.list.To(i)
		d.push(again)
		d.press("enter")
		if got := d.tableView().grid.Kept.Count; got != table.Rows {
			t.Errorf("%s: %d rows are shown, not %d", table.Table, got, table.Rows)
		}
	}
	must(t, d.remember())
	if strings.Contains(fmt.Sprint(w.known), email) || strings.Contains(d.View().WindowTitle, email) {
		t.Error("the person is remembered")
	}
}

func TestRowsAreExportedIntoANewFile(t *testing.T) {
	_, d := openRows(t, "accelerometer_landing")
	d.cursorTo("z")
	d.press("H")
	d.enters("/", "y = 1")
	folder := d.options.Folder
	d.enters("e", "some.csv")
	d.shows("rows to " + folder)
	text, err := os.ReadFile(filepath.Join(folder, "some.csv"))
	must(t, err)
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	if int64(len(lines)-1) != d.tableView().grid.Kept.Count || lines[0] != "user,timestamp,x,y" {
		t.Errorf("%d lines from %q", len(lines), lines[0])
	}
	d.enters("E", "all.ndjson")
	text, err = os.ReadFile(filepath.Join(folder, "all.ndjson"))
	must(t, err)
	if strings.Count(string(text), "\n") != 164 || !strings.Contains(string(text), `"z":`) {
		t.Errorf("%d lines", strings.Count(string(text), "\n"))
	}
	d.enters("E", "some.csv")
	d.shows("some-2.csv")
	if _, err := os.Stat(filepath.Join(folder, "some-2.csv")); err != nil {
		t.Error(err)
	}
	d.press("E", "up", "left") // do not export
	d.press("down")
	d.press("ctrl+u")
	d.write("some.csv")
	d.press("enter")
	d.shows("the rows cannot be exported")
	again, err := os.ReadFile(filepath.Join(folder, "some.csv"))
	must(t, err)
	if len(strings.Split(strings.TrimSpace(string(again)), "\n")) != len(lines) {
		t.Error("the file was replaced")
	}
	d.enters("e", "some.xls")
	d.shows("the name must end in one of .json")
	d.press("esc", "E", "up", "right") // overwrite it
	d.press("down", "ctrl+u")
	d.write("some.csv")
	d.press("enter")
	if again, err = os.ReadFile(filepath.Join(folder, "some.csv")); strings.Count(string(again), "\n") != 165 {
		t.Errorf("the file was not replaced: %d lines (%v)", strings.Count(string(again), "\n"), err)
	}
}

func TestNewRowsAreShownWhereTheCursorIs(t *testing.T) {
	w, d := openRows(t, "customer_landing")
	d.press("down", "down", "right")
	name := filepath.Join(w.root, "customer", "landing", "more.json")
	must(t, os.WriteFile(name, []byte(`{"customerName":"New Person","email":"new@example.com","serialNumber":"s"}`+"\n"), 0o600))
	d.do(d.look())
	d.settle()
	d.shows("25 rows", "customer_landing has changed", "row 3 of 25")
	must(t, os.WriteFile(name, []byte(`{"customerName":"Newer Person","email":"newer@example.com","serialNumber":"s"}`+"\n"), 0o600))
	d.press("r", "enter")
	d.hides("ERROR")
}

func TestRowsThatHaveChangedAreReadAgain(t *testing.T) {
	w, d := openRows(t, "accelerometer_landing")
	files, err := filepath.Glob(filepath.Join(w.root, "accelerometer", "landing", "*"))
	must(t, err)
	for _, f := range files {
		must(t, os.WriteFile(f, []byte(`{"user":"a@example.com","timestamp":1,"x":1,"y":2,"z":3}`+"\n"), 0o600))
	}
	d.tableView().grid.Kept.Rows = map[int64][]any{}
	d.press("end")
	if d.failure != nil {
		t.Errorf("%v", d.failure.why)
	}
	d.do(d.look())
	d.settle()
	d.shows(fmt.Sprintf("row %d of %d", len(files), len(files)), "a@example.com")
}

func TestATableThatIsNotMadeSaysSoUntilItIs(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	d := start(t, w.options(t), 120, 36)
	d.opens("customer_trusted")
	d.shows("this table has not been built yet")
	w.make(t)
	d.do(d.look())
	d.settle()
	d.shows("12 rows", "row 1 of 12")
}

func TestTheMouseSortsWidensAndChooses(t *testing.T) {
	_, d := openRows(t, "accelerometer_landing")
	g := d.tableView().grid
	w, _ := g.Space()
	list, _ := g.Layout(w)
	click := func(x, y int) {
		t.Helper()
		d.send(tea.MouseClickMsg{X: x + 1, Y: y, Button: tea.MouseLeft})
		d.send(tea.MouseReleaseMsg{X: x + 1, Y: y})
	}
	click(list[2].X, 5)
	if g.Row != 2 || g.At != 2 {
		t.Errorf("row %d, column %d", g.Row, g.At)
	}
	click(list[1].X, 2)
	d.shows("by timestamp ▲")
	before := g.CellWidth(0)
	edge := list[0].X + list[0].W + 1
	d.send(tea.MouseClickMsg{X: edge, Y: 2, Button: tea.MouseLeft})
	d.send(tea.MouseMotionMsg{X: edge + 7, Y: 2, Button: tea.MouseLeft})
	d.send(tea.MouseReleaseMsg{X: edge + 7, Y: 2})
	if got := g.CellWidth(0); got != before+7 {
		t.Errorf("%d columns wide, not %d", got, before+7)
	}
	d.send(tea.MouseWheelMsg{X: 10, Y: 10, Button: tea.MouseWheelDown})
	if g.Top != 3 {
		t.Errorf("the first row is %d", g.Top)
	}
}

func TestEveryWrittenConditionRuns(t *testing.T) {
	w, d := openRows(t, "customer_landing")
	for _, sql := range []string{
		sqlText("anywhere.sql", map[string]any{"Columns": w.runner.Lake.Table("customer_landing").Columns, "Text": "a'b\x00"}),
		sqlText("linked.sql", map[string]string{"Column": "serialNumber", "Linked": "serialNumber", "Through": "customer_trusted", "Known": "email", "Value": "a'b\x00"}),
	} {
		q, err := d.place.Querier(t.Context(), "")
		must(t, err)
		view, err := pager.OpenView(t.Context(), q, w.runner.Lake.Table("customer_landing"), pager.View{Where: []pager.Condition{{SQL: sql}}})
		if err != nil {
			t.Errorf("%s: %v", sql, err)
		} else if n, all := view.Count(); n != 0 || !all {
			t.Errorf("%s: %d rows", sql, n)
		}
		must(t, q.Close())
	}
}

func TestACopySaysWhatHasTheText(t *testing.T) {
	w, d := openRows(t, "customer_landing")
	w.how = ui.Copied{Send: "\x1b]52;c;eA==\a", To: "the terminal (OSC 52)"}
	d.press("y")
	d.shows("sent the cell to the terminal (OSC 52)")
	d.hides("copied")
	w.uncopied = errors.New("the display is gone")
	d.press("y")
	d.shows("the cell was not copied: the display is gone")
}

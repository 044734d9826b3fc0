package tui

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
)

// task is something that a reader does from the start of the screens. Keys are
// separated by blanks; a text to type is in quotes. The others are programs that
// can do the same, with their keys as they are documented.
type task struct {
	what, keys, shows        string
	visidata, harlequin, k9s string
}

var tasks = []task{
	{"see the rows of a table", "enter", "row 1 of 164", "`⏎`", "2 keys", "`:` *pods* `⏎`"},
	{"see one row whole, with its file and line", "enter enter", "accelerometer/landing/", "`⏎`", "", "`d`"},
	{"sort by a column", "enter s", "by user ▲", "`[`", "", ""},
	{"filter by a condition", "enter / 'x = 1' enter", "accelerometer_landing · x = 1", "`z|` and a text", "", "`/` *-l* and labels"},
	{"filter by a text", "enter / 'jasper' enter", `contains "jasper"`, "`|` and a text", "", "`/` and a text"},
	{"keep the rows with a value", "enter =", "accelerometer_landing · user = ", "`,` `\"`", "", ""},
	{"count the rows by value", "enter F", "ROWS BY user", "`F`", "", ""},
	{"see statistics of all columns", "enter I", "MEDIAN", "`I`", "", ""},
	{"compare two rows", "enter d", "COMPARE ROWS", "", "", ""},
	{"export rows", "e enter", "exported 164 rows", "`^s` and a name", "`^e`", ""},
	{"follow a person through all tables", "enter @", "ONE PERSON", "", "", ""},
	{"run a table with its upstream", "right r", "tables built", "", "", ""},
	{"run everything", "R", "tables built", "", "", ""},
	{"see which checks fail", "4", "EXPECTED", "", "", ""},
	{"check the tables again", "4 v", "checks", "", "", ""},
	{"find why a count is wrong", "4 w", "customer_landing", "", "", ""},
	{"see what a run would do", "P", "PLAN", "", "", ""},
	{"compare two runs", "5 d", "DIFFERENCE", "", "", ""},
	{"switch to another lake", "O down enter", "opens /l/two", "", "", "`:` *ctx* `⏎`, the row, `⏎`"},
	{"choose a variant", "alt+v down enter", "opens [per_customer]", "", "", ""},
	{"run a query", ": 'select 6 * 7 as answer' enter", "42", "", "a text and `^j`", ""},
	{"format a query", "3 i 'select 1 as a, 2 as b' f4", "2   2 as b", "", "`f4`", ""},
	{"see how a query runs", "3 i 'select count(*) from customer_landing' f8", "READ customer_landing", "", "", ""},
	{"find a command by another word", ": 'retry'", "(retry)", "", "", "`^a`"},
	{"find out what a sign means", "? 'stale'", "older than its upstream", "", "", ""},
}

// keysOfTask splits the keys of a task.
func keysOfTask(keys string) (list []string) {
	for keys != "" {
		end := strings.IndexByte(keys, ' ')
		if keys[0] == '\'' {
			end = 2 + strings.IndexByte(keys[1:], '\'')
		}
		if end < 0 || end >= len(keys) {
			return append(list, keys)
		}
		list, keys = append(list, keys[:end]), strings.TrimPrefix(keys[end:], " ")
	}
	return list
}

func TestTasksTakeFewKeys(t *testing.T) {
	w := newWorld(t, "sample")
	w.open(t)
	w.make(t)
	w.make(t)
	for _, c := range tasks {
		t.Run(c.what, func(t *testing.T) {
			w.known = Remembered{}
			o := w.options(t)
			o.Offers = func(context.Context) *Offers {
				return &Offers{Lakes: []LakeChoice{{"/l/one", "/l/one", "recent"}, {"/l/two", "/l/two", "folder"}}, Variants: []string{"per_customer", "strict"}}
			}
			d := start(t, o, 120, 36)
			for _, key := range keysOfTask(c.keys) {
				if text, ok := strings.CutPrefix(key, "'"); ok {
					d.write(strings.TrimSuffix(text, "'"))
				} else {
					d.press(key)
				}
			}
			emulator := vt.NewSafeEmulator(120, 36)
			_, err := emulator.WriteString(strings.ReplaceAll(d.View().Content, "\n", "\r\n"))
			must(t, err)
			screen := ansi.Strip(emulator.Render())
			if next := d.Next(); next != nil {
				screen += fmt.Sprintln("opens", next.Lake+fmt.Sprint(next.Variants))
			}
			if !strings.Contains(screen, c.shows) {
				t.Errorf("%q is not on the terminal:\n%s", c.shows, screen)
			}
		})
	}
}

const tasksBegin, tasksEnd = "<!-- tasks:begin -->\n", "<!-- tasks:end -->"

// The table of tasks in the README is that of the test.
func TestTheREADMEHasTheTasks(t *testing.T) {
	var b strings.Builder
	b.WriteString("\n| task | keys | number | VisiData | harlequin | k9s |\n|---|---|---|---|---|---|\n")
	for _, c := range tasks {
		keys, text := keysOfTask(c.keys), ""
		n := 0
		for i, key := range keys {
			if key[0] == '\'' {
				keys[i], text = "*"+strings.Trim(key, "'")+"*", " and a text"
				continue
			}
			keys[i] = "`" + key + "`"
			n++
		}
		fmt.Fprintf(&b, "| %s | %s | %d%s |", c.what, strings.Join(keys, " "), n, text)
		for _, other := range []string{c.visidata, c.harlequin, c.k9s} {
			fmt.Fprintf(&b, " %s |", strings.ReplaceAll(other, "|", `\|`))
		}
		b.WriteByte('\n')
	}
	b.WriteByte('\n')
	file, err := os.ReadFile("README.md")
	must(t, err)
	before, rest, ok := strings.Cut(string(file), tasksBegin)
	old, after, end := strings.Cut(rest, tasksEnd)
	if !ok || !end {
		t.Fatal("the README has no place for the tasks")
	}
	switch {
	case old == b.String():
	case *update:
		must(t, os.WriteFile("README.md", []byte(before+tasksBegin+b.String()+tasksEnd+after), 0o600))
	default:
		t.Error("the README has other tasks: go test ./tui -run Tasks -update")
	}
}

package diagnose_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"stedi/pipeline"
	"stedi/pipeline/convert"
	"stedi/pipeline/definition"
	"stedi/pipeline/diagnose"
	"stedi/pipeline/dir"
	"stedi/pipeline/duckdb"
	"stedi/pipeline/sample"
	"stedi/pipeline/stedi"
)

// correctLakes is how many lakes are checked by default, and with MISTAKES=all.
const (
	fewCorrectLakes = 24
	allCorrectLakes = 1000
)

// No table of a correct lake is blamed, however dirty the landing rows are, and
// whichever tool wrote the derived tables.
func TestNoCorrectTableIsBlamed(t *testing.T) {
	most := uint64(fewCorrectLakes)
	if os.Getenv("MISTAKES") == "all" {
		most = allCorrectLakes
	}
	engine, err := duckdb.Open(t.Context(), duckdb.Options{Temp: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close() })
	lakes := map[string]*pipeline.Lake{}
	for _, profiles := range []string{"", "strict", "per_customer", "strict,per_customer"} {
		if lakes[profiles], err = definition.Load(t.Context(), stedi.Definition, strings.FieldsFunc(profiles, func(r rune) bool { return r == ',' }), engine); err != nil {
			t.Fatal(err)
		}
	}
	library := os.DirFS("../../testdata/library")
	if lakes["library"], err = definition.Load(t.Context(), library, nil, engine); err != nil {
		t.Fatal(err)
	}
	kinds := []string{"", "strict", "per_customer", "strict,per_customer", "library"}
	for seed := range most {
		rng := rand.New(rand.NewPCG(seed, 18))
		kind := kinds[rng.IntN(len(kinds))]
		t.Run(fmt.Sprintf("%d_%s", seed, kind), func(t *testing.T) {
			l := &lab{folder: filepath.Join(t.TempDir(), "lake"), engine: engine, lake: lakes[kind], definition: stedi.Definition}
			if kind == "library" {
				l.definition = library
			}
			o := &otherTool{rng: rng, lab: l}
			o.writeLanding(t, kind)
			o.blameless(t)
			// A leak of files would fill the disk before the last of the lakes.
			if err := os.RemoveAll(l.folder); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// otherTool writes a lake in a form of its own.
type otherTool struct {
	rng   *rand.Rand
	lab   *lab
	allow pipeline.Allowance
	story []string // what is odd about this lake
}

func (o *otherTool) chance(percent int) bool { return o.rng.IntN(100) < percent }

func pick[T any](rng *rand.Rand, of ...T) T { return of[rng.IntN(len(of))] }

// blameless builds the derived tables and expects no other verdict than that
// they are right.
func (o *otherTool) blameless(t *testing.T) {
	t.Helper()
	l := o.lab
	var err error
	if l.bench, err = l.engine.Workbench(t.Context()); err != nil {
		t.Fatal(err)
	}
	defer l.bench.Close() //nolint:errcheck // its tables are temporary
	store := o.store(t)
	for _, table := range l.lake.Tables {
		if table.IsLanding() {
			l.readFrom(t, store, table)
			continue
		}
		o.build(t, table)
	}
	r := &pipeline.Runner{Lake: l.lake, Store: store, Engine: l.engine, Tracer: l.engine, Root: l.folder, Now: time.Now}
	report, err := diagnose.Run(t.Context(), r, l.engine, diagnose.Options{Definition: l.definition, Allow: o.allow})
	if err != nil {
		t.Fatal(err, o.story)
	}
	for _, found := range report.Tables {
		if found.State != diagnose.Right && found.State != diagnose.Missing || len(found.Causes) > 0 {
			t.Errorf("%s is %s: %s %v\n%s", found.Table, found.State, found.Message, ids(&found), strings.Join(o.story, "\n"))
		}
	}
	if kind := report.Kind(); kind != pipeline.Done {
		t.Errorf("exit code %d", kind)
	}
}

func (o *otherTool) store(t *testing.T) pipeline.Store {
	t.Helper()
	store, err := dir.Open(o.lab.folder, dir.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return convert.NewStore(store, o.lab.lake, t.TempDir(), duckdb.Convert)
}

// writeLanding writes the landing tables: for most lakes few rows, for some a
// whole sample.
func (o *otherTool) writeLanding(t *testing.T, kind string) {
	t.Helper()
	if kind != "library" && o.chance(2) {
		options := sample.Options{Scale: 1, Seed: o.rng.Uint64(), DirtyRows: o.chance(50), DirtyFiles: o.chance(50)}
		o.story = append(o.story, fmt.Sprintf("sample %+v", options))
		if _, err := sample.Write(t.Context(), o.lab.folder, options); err != nil {
			t.Fatal(err)
		}
		return
	}
	p := newPool(o.rng)
	for _, table := range o.lab.lake.Tables {
		if table.IsLanding() {
			o.landing(t, table, p)
		}
	}
}

// pool are values that rows of several tables share.
type pool struct{ texts, times []string }

func newPool(rng *rand.Rand) *pool {
	odd := []string{`""`, `" "`, `"a@b.c "`, `"A@B.C"`, `"ä\u00e9@\ud83d\ude00.org"`, `"null"`, `"\u0000"`, `"it's \"quoted\""`, `"a,b;c\td"`, `"line\nbreak"`, `"0967"`, `"NaN"`, `"\\N"`, `"1e5"`, `"e\u0301@x"`, `"é@x"`}
	p := &pool{}
	for i := range 1 + rng.IntN(12) {
		p.texts = append(p.texts, fmt.Sprintf("%q", fmt.Sprintf("p%d@x.org", i)))
	}
	for range rng.IntN(4) {
		p.texts = append(p.texts, pick(rng, odd...))
	}
	for i := range 1 + rng.IntN(20) {
		p.times = append(p.times, strconv.Itoa(1_655_000_000_000+i*700))
	}
	if rng.IntN(3) == 0 {
		p.times = append(p.times, "0", "-1", "9223372036854775807", "-9223372036854775808")
	}
	return p
}

// value is a value of a column, as JSON. Columns of a type share their values,
// so that joins find rows.
func (o *otherTool) value(c *pipeline.Column, p *pool) string {
	switch kind := pipeline.ResultType(c.Type); kind {
	case "VARCHAR":
		return pick(o.rng, p.texts...)
	case "BIGINT":
		return pick(o.rng, p.times...)
	case "BOOLEAN":
		return pick(o.rng, "true", "false")
	case "INTEGER":
		return strconv.Itoa(o.rng.IntN(60) - 5)
	default:
		return pick(o.rng, "0", "-0.0", "0.1", "1e-7", "-3.5", "1.0", "12345678901234567890", "1E+3", "0.30000000000000004", "1.7976931348623157e308", "5e-324")
	}
}

// landing writes the files of a landing table.
func (o *otherTool) landing(t *testing.T, table *pipeline.Table, p *pool) {
	t.Helper()
	rate := map[string]int{}
	for _, c := range table.Columns {
		rate[c.Name] = pick(o.rng, 0, 0, 5, 30, 100)
		if c.Key {
			rate[c.Name] = pick(o.rng, 0, 0, 5, 20)
		}
	}
	rows := pick(o.rng, 0, 1, 5, 30, 30, 120, 120)
	duplicates, cases, extra, bad := o.chance(50), o.chance(25), o.chance(25), o.chance(15)
	o.story = append(o.story, fmt.Sprintf("%s: %d rows, nulls %v, duplicates %v, mixed case %v, extra keys %v, rejects %v", table.Name, rows, rate, duplicates, cases, extra, bad))
	if bad {
		o.allow.Limit = pipeline.Limit{Count: 1000}
	}
	var lines []string
	for range rows {
		if duplicates && len(lines) > 0 && o.chance(20) {
			lines = append(lines, pick(o.rng, lines...))
			continue
		}
		var keys []string
		for i := range table.Columns {
			c := &table.Columns[i]
			name, value := c.Name, o.value(c, p)
			if cases && o.chance(20) {
				name = strings.ToUpper(name)
			}
			if o.rng.IntN(100) < rate[c.Name] {
				if value = "null"; o.chance(50) {
					continue
				}
			}
			keys = append(keys, fmt.Sprintf("%q:%s", name, value))
		}
		if extra && o.chance(50) {
			keys = append(keys, `"Extra":{"a":[1,null]}`)
		}
		o.rng.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
		line := "{" + strings.Join(keys, pick(o.rng, ",", ", ", " ,\t")) + "}"
		if bad && o.chance(5) {
			line = pick(o.rng, line[:len(line)/2]+"\"", "[]", "not JSON")
		}
		lines = append(lines, line)
	}
	o.write(t, filepath.Join(o.lab.folder, table.Path), lines, pick(o.rng, "\n", "\r\n"))
}

// write writes lines to some files, and things beside them that are no rows.
func (o *otherTool) write(t *testing.T, folder string, lines []string, end string) {
	t.Helper()
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	files := 1 + o.rng.IntN(4)
	zipped := o.chance(20)
	for i := range files {
		from, to := i*len(lines)/files, (i+1)*len(lines)/files
		text := strings.Join(lines[from:to], end)
		if to > from && o.chance(70) {
			text += end
		}
		name := fmt.Sprintf(pick(o.rng, "part-%05d.json", "run-17-part-r-%05d", "%d.jsonl"), i)
		if zipped {
			var b bytes.Buffer
			w := gzip.NewWriter(&b)
			_, _ = w.Write([]byte(text)) // to memory
			_ = w.Close()
			text, name = b.String(), name+".gz"
		}
		put(t, filepath.Join(folder, name), text)
	}
	o.beside(t, folder)
}

func (o *otherTool) beside(t *testing.T, folder string) {
	t.Helper()
	if o.chance(30) {
		put(t, filepath.Join(folder, "_SUCCESS"), "")
		put(t, filepath.Join(folder, ".part-00000.json.crc"), "crc")
	}
}

func put(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// build makes a derived table of the correct rows, and writes it in some form.
func (o *otherTool) build(t *testing.T, table *pipeline.Table) {
	t.Helper()
	bench := o.lab.bench
	if err := bench.Exec(t.Context(), "CREATE OR REPLACE TEMP TABLE "+table.Name+" AS "+table.Transform.SQL); err != nil {
		t.Fatal(table.Name, err)
	}
	folder := filepath.Join(o.lab.folder, table.Path)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	form := pick(o.rng, "json", "json", "json", "spark", "parquet", "csv")
	o.story = append(o.story, table.Name+" written as "+form)
	var columns []string
	for _, c := range table.Columns {
		columns = append(columns, `"`+c.Name+`"`)
	}
	o.rng.Shuffle(len(columns), func(i, j int) { columns[i], columns[j] = columns[j], columns[i] })
	query := "SELECT " + strings.Join(columns, ", ") + " FROM " + table.Name + " ORDER BY hash(" + strings.Join(columns, ", ") + ")"
	switch form {
	case "parquet", "csv":
		option := map[string]string{"parquet": "FORMAT parquet", "csv": "FORMAT csv, HEADER" + pick(o.rng, "", ", DELIMITER ';'", ", FORCE_QUOTE *", ", DELIMITER '\t'")}[form]
		o.convert(t, table, columns, o.lines(t, query, false, true), filepath.Join(folder, "part-0."+form), option)
		o.story[len(o.story)-1] += " " + option
		o.beside(t, folder)
	default:
		o.write(t, folder, o.lines(t, query, form == "spark", o.chance(50)), "\n")
	}
}

// convert writes lines in another format, with an instance of DuckDB that may
// write files.
func (o *otherTool) convert(t *testing.T, table *pipeline.Table, columns, lines []string, to, option string) {
	t.Helper()
	db, err := sql.Open("duckdb", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() //nolint:errcheck // in memory
	from := filepath.Join(t.TempDir(), "rows.json")
	put(t, from, strings.Join(lines, "\n"))
	var typed []string
	for _, c := range table.Columns {
		typed = append(typed, fmt.Sprintf("'%s': '%s'", strings.ToLower(c.Name), pipeline.ResultType(c.Type)))
	}
	query := "SELECT " + strings.Join(columns, ", ") + " FROM read_json('" + from + "', format = 'newline_delimited', columns = {" + strings.Join(typed, ", ") + "})"
	if _, err := db.ExecContext(t.Context(), "COPY ("+query+") TO '"+to+"' ("+option+")"); err != nil {
		t.Fatal(err)
	}
}

// lines are the rows of a query as JSON, as Spark writes them without the keys
// of nulls, or as other tools do.
func (o *otherTool) lines(t *testing.T, query string, spark, lower bool) []string {
	t.Helper()
	columns, rows, err := o.lab.bench.Rows(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, row := range rows {
		var keys []string
		for i, v := range row {
			name := columns[i]
			if lower {
				name = strings.ToLower(name)
			}
			if v == nil && spark {
				continue
			}
			keys = append(keys, fmt.Sprintf("%q:%s", name, o.literal(v)))
		}
		if o.chance(10) {
			o.rng.Shuffle(len(keys), func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
		}
		lines = append(lines, "{"+strings.Join(keys, ",")+"}")
	}
	return lines
}

// literal writes a value as JSON in one of several forms.
func (o *otherTool) literal(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return jsonText(v, o.chance(30))
	case float64:
		return strconv.FormatFloat(v, pick(o.rng, byte('g'), 'e'), -1, 64)
	default:
		return fmt.Sprint(v)
	}
}

// jsonText quotes a text, with or without letters that are not ASCII.
func jsonText(s string, ascii bool) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || ascii && r > '~' && r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String() + `"`
}

// readFrom loads a landing table as the store has it.
func (l *lab) readFrom(t *testing.T, store pipeline.Store, table *pipeline.Table) {
	t.Helper()
	files, err := store.List(t.Context(), table.Path)
	if err != nil {
		t.Fatal(err)
	}
	files = slices.DeleteFunc(files, func(f pipeline.File) bool { return f.Size == 0 })
	input, err := pipeline.FetchInput(context.WithoutCancel(t.Context()), store, table, files)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := l.bench.Load(t.Context(), table.Name, input); err != nil {
		t.Fatal(table.Name, err)
	}
}

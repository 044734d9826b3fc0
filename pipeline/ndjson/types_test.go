package ndjson

import (
	"bytes"
	"math/big"
	"strings"
	"testing"
	"time"
	"unsafe"
)

func TestTypesAreSpeltInOneWay(t *testing.T) {
	for text, want := range map[string]string{
		"STRING": "string", "Integer": "int", "decimal": "decimal(10,0)", "DECIMAL( 5 )": "decimal(5,0)", "decimal(38, 38)": "decimal(38,38)",
		"VarChar (65535)": "varchar(65535)", "char(1)": "char(1)", "Array < INT >": "array<int>",
		"map<string,array<struct<A:int, b_2 : decimal(3,1)>>>": "map<string,array<struct<a:int,b_2:decimal(3,1)>>>",
	} {
		got, err := ParseType(text)
		if err != nil || got.String() != want {
			t.Errorf("%s is read as %s, %v; want %s", text, got, err, want)
			continue
		}
		if again, err := ParseType(got.String()); err != nil || again != got {
			t.Errorf("%s reads back as %s, %v", got, again, err)
		}
	}
	if String.String() != "string" || String != Type("") {
		t.Error("the zero type is not string")
	}
}

func TestTypesThatAreNotSupportedNameTheirReplacement(t *testing.T) {
	for text, want := range map[string]string{
		"": "write string, boolean", "text": "write string", "real": "write float", "decimal(39,1)": "1 to 38 digits", "decimal(3,4)": "1 to 38 digits",
		"decimal(0)": "1 to 38", "varchar": "varchar(n) with n from 1", "varchar(0)": "varchar(n) with n", "char(256)": "char(n) with n from 1 to 255",
		"map<int,string>": "keys of JSON objects are strings", "array": "array<TYPE>", "array<int": "array<TYPE>", "array<>": "not supported",
		"struct<>": "struct<NAME:TYPE", "struct<a>": "struct<NAME:TYPE", "struct<a:int,A:int>": "the field a twice", "int unsigned": "not supported",
		"timestamp with time zone": "not supported", "binary": "write string", strings.Repeat("array<", 30): "nested deeper", "intint": "not supported",
	} {
		if got, err := ParseType(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s gives %s, %v; want an error with %q", text, got, err, want)
		}
	}
}

// valuesOf reads one column of lines. It returns the values as shown and as
// written, and the rejects.
func valuesOf(tb testing.TB, kind string, values ...string) (shown []any, written []string, rejects []Reject) {
	tb.Helper()
	parsed, err := ParseType(kind)
	if err != nil {
		tb.Fatal(err)
	}
	columns := []Column{{Name: "v", Type: parsed}}
	content := ""
	for _, v := range values {
		content += `{"v":` + v + "}\n"
	}
	s := NewScan(files(tb, content), columns, Limits{})
	c := s.Cursor()
	vectors := newVectors(1)
	n, err := c.Fill(tb.Context(), vectors, batchRows)
	if err != nil {
		tb.Fatal(err)
	}
	shape := parsed.Shape()
	for row := range n {
		shown = append(shown, vectors[0].value(&shape, row))
	}
	if more, err := c.Fill(tb.Context(), newVectors(1), batchRows); more > 0 || err != nil {
		tb.Fatalf("%d rows are left, %v", more, err)
	}
	heap := append([]byte(nil), vectors[0].Heap...)
	vectors[0].Relocate(n, uintptr(unsafe.Pointer(unsafe.SliceData(heap))))
	text, err := NewEncoder(columns).Append(nil, vectors, n)
	if err != nil {
		tb.Fatal(err)
	}
	c.Close()
	report, err := s.Report(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	s.Close()
	for line := range strings.Lines(string(text)) {
		written = append(written, strings.TrimSuffix(strings.TrimPrefix(line, `{"v":`), "}\n"))
	}
	return shown, written, report.Rejects
}

func TestValuesOfEachType(t *testing.T) {
	for _, c := range []struct {
		kind, value string
		shown       any
		written     string
	}{
		{"tinyint", "-128", int64(-128), "-128"},
		{"tinyint", "null", nil, "null"},
		{"smallint", "32767", int64(32767), "32767"},
		{"float", "0.1", 0.1, "0.1"},
		{"float", "16777217", 16777216.0, "16777216.0"}, // the nearest float of 32 bits
		{"float", "1e-45", 1e-45, "1e-45"},
		{"float", "-0", 0.0, "-0.0"},
		{"float", "3.4028235e38", 3.4028235e38, "3.4028235e+38"},
		{"decimal(5,2)", "1.5", "1.50", "1.50"},
		{"decimal(5,2)", "-0.05", "-0.05", "-0.05"},
		{"decimal(5,2)", "\"999.99\"", "999.99", "999.99"},
		{"decimal(5,2)", "12e-1", "1.20", "1.20"},
		{"decimal(4,0)", "-9999", "-9999", "-9999"},
		{"decimal(9,9)", "0.123456789", "0.123456789", "0.123456789"},
		{"decimal(18,1)", "12345678901234567.8", "12345678901234567.8", "12345678901234567.8"},
		{"decimal(38,18)", "-12345678901234567890.123456789012345678", "-12345678901234567890.123456789012345678", "-12345678901234567890.123456789012345678"},
		{"decimal(38,0)", "99999999999999999999999999999999999999", "99999999999999999999999999999999999999", "99999999999999999999999999999999999999"},
		{"decimal(10,2)", "0e99", "0.00", "0.00"},
		{"date", `"2024-02-29"`, "2024-02-29", `"2024-02-29"`},
		{"date", `"0001-01-01"`, "0001-01-01", `"0001-01-01"`},
		{"date", "19782", "2024-02-29", `"2024-02-29"`},
		{"timestamp", `"2024-01-31 23:59:59"`, "2024-01-31 23:59:59", `"2024-01-31 23:59:59"`},
		{"timestamp", `"2024-01-31T23:59:59.120000000Z"`, "2024-01-31 23:59:59.12", `"2024-01-31 23:59:59.12"`},
		{"timestamp", `"2024-01-31T23:59:59+02:00"`, "2024-01-31 21:59:59", `"2024-01-31 21:59:59"`},
		{"timestamp", `"2024-01-31 00:30:00-0130"`, "2024-01-31 02:00:00", `"2024-01-31 02:00:00"`},
		{"timestamp", "1655564444103", "2022-06-18 15:00:44.103", `"2022-06-18 15:00:44.103"`},
		{"timestamp", "1655564444", "2022-06-18 15:00:44", `"2022-06-18 15:00:44"`},
		{"timestamp", `"1655564444.5"`, "2022-06-18 15:00:44.5", `"2022-06-18 15:00:44.5"`},
		{"timestamp", "-1", "1969-12-31 23:59:59", `"1969-12-31 23:59:59"`},
		{"varchar(5)", `"h\u00e9llo"`, "héllo", `"héllo"`},
		{"varchar(100)", `"longer than twelve"`, "longer than twelve", `"longer than twelve"`},
		{"char(3)", `"ab        "`, "ab", `"ab"`},
		{"array<int>", "[ 1 , null ]", "[1, null]", "[1,null]"},
		{"array<int>", "[]", "[]", "[]"},
		{"array<array<string>>", `[["a]","b,\"c"],[],null]`, `[["a]", "b,\"c"], [], null]`, `[["a]","b,\"c"],[],null]`},
		{"array<double>", "[1,1e300]", "[1.0, 1e+300]", "[1.0,1e+300]"},
		{"map<string,decimal(38,2)>", `{"A":12345678901234567890.5,"a":null,"b\n":0}`, `{"A": 12345678901234567890.50, "a": null, "b\n": 0.00}`, `{"A":12345678901234567890.50,"a":null,"b\n":0.00}`},
		{"map<string,boolean>", "{}", "{}", "{}"},
		{"struct<a:int,b:date>", `{"B":"2024-01-01","more":{"x":[1]}}`, `{"a": null, "b": "2024-01-01"}`, `{"a":null,"b":"2024-01-01"}`},
		{"struct<a:struct<b:tinyint,t:timestamp>>", `{"a":{"b":1,"t":0}}`, `{"a": {"b": 1, "t": "1970-01-01 00:00:00"}}`, `{"a":{"b":1,"t":"1970-01-01 00:00:00"}}`},
	} {
		shown, written, rejects := valuesOf(t, c.kind, c.value)
		if len(rejects) > 0 || len(shown) != 1 || shown[0] != c.shown || written[0] != c.written {
			t.Errorf("%s %s: shown %v, written %v, rejected %v; want %v and %s", c.kind, c.value, shown, written, rejects, c.shown, c.written)
			continue
		}
		if again, rewritten, rejects := valuesOf(t, c.kind, c.written); len(rejects) > 0 || again[0] != c.shown || rewritten[0] != c.written {
			t.Errorf("%s %s: what is written reads back as %v, %v, %v", c.kind, c.value, again, rewritten, rejects)
		}
	}
}

func TestValuesThatDoNotFitTheirType(t *testing.T) {
	const at = len(`{"v":`) + 1
	for _, c := range []struct {
		kind, value string
		column      int
		says        string
	}{
		{"tinyint", "128", at, "out of the range of tinyint"},
		{"tinyint", `"1"`, at, "expected tinyint, found string"},
		{"smallint", "-32769", at, "out of the range of smallint"},
		{"smallint", "1.0", at, "expected smallint, found fraction or exponent"},
		{"float", "1e39", at, "out of the range of float"},
		{"float", "true", at, "expected float, found boolean"},
		{"decimal(5,2)", "1.005", at, "more digits after the point than decimal(5,2) holds"},
		{"decimal(5,2)", "1000", at, "out of the range of decimal(5,2)"},
		{"decimal(5,2)", "1e999999999", at, "not a number"},
		{"decimal(5,2)", `""`, at, "not a number"},
		{"decimal(5,2)", `"1,5"`, at, "not a number"},
		{"date", `"2023-02-29"`, at, "not a date"},
		{"date", `"2024-1-1"`, at, "not a date"},
		{"date", "1655564444103", at, "a year that is not"},
		{"timestamp", `"2024-01-31"`, at, "not a timestamp"},
		{"timestamp", `"2024-01-31 24:00:00"`, at, "not a timestamp"},
		{"timestamp", `"2024-01-31 23:59:59.0000001"`, at, "finer than a microsecond"},
		{"timestamp", `"2024-01-31 23:59:59 Europe/Berlin"`, at, "not a timestamp"},
		{"timestamp", "1e3", at, "not a timestamp"},
		{"varchar(2)", `"äöü"`, at, "text longer than varchar(2)"},
		{"varchar(2)", "5", at, "expected varchar(2), found number"},
		{"char(2)", `"abc "`, at, "text longer than char(2)"},
		{"array<int>", `{}`, at, "expected array, found object"},
		{"array<int>", `[1,"2"]`, at + 3, "expected int, found string"},
		{"array<int>", `[1`, at + 2, "neither a comma nor a closing bracket"},
		{"map<string,int>", `{"a":1,"a":2}`, at + 7, "the same key twice"},
		{"struct<a:int>", `{"a":1,"A":2}`, at + 7, "the same key twice"},
		{"struct<a:int>", `{"x":1,"x":2}`, at + 7, "the same key twice"},
		{"struct<a:int>", `{"a":1.5}`, at + 5, "found fraction"},
		{"struct<a:string>", `"a"`, at, "expected object, found string"},
	} {
		_, _, rejects := valuesOf(t, c.kind, c.value)
		if len(rejects) != 1 || rejects[0].Column != c.column || rejects[0].Field != "v" || !strings.Contains(rejects[0].Reason, c.says) {
			t.Errorf("%s %s: got %v; want column %d and %q", c.kind, c.value, rejects, c.column, c.says)
		}
	}
}

func TestKeysAreFoundAsTheSerDeFindsThem(t *testing.T) {
	const lines = `{"userId":1,"a.b":2,"Time":3}` + "\n" + `{"userid":4,"a_b":5,"time":6}` + "\n"
	for _, c := range []struct {
		name    string
		columns []Column
		want    string
	}{
		{"without case", []Column{{Name: "userid", Type: Int}, {Name: "a_b", Type: Int}}, "[1 <nil>]\n[4 5]\n"},
		{"with case", []Column{{Name: "userid", Type: Int, Exact: true}, {Name: "t", Type: Int, Exact: true, Reads: "Time"}}, "[<nil> 3]\n[4 <nil>]\n"},
		{"by another key", []Column{{Name: "t", Type: Int, Reads: "time"}}, "[3]\n[6]\n"},
		{"dots", []Column{{Name: "a_b", Type: Int, Dots: true}}, "[2]\n[5]\n"},
	} {
		rows, report := read(t, NewScan(files(t, lines), c.columns, Limits{}))
		if got := show(rows); got != c.want || report.Rejected > 0 {
			t.Errorf("%s: got %swant %s", c.name, got, c.want)
		}
	}
	rows, report := read(t, NewScan(files(t, `{"a.b":1,"a_b":2}`+"\n"), []Column{{Name: "a_b", Type: Int, Dots: true}}, Limits{}))
	if len(rows) != 0 || report.Rejected != 1 {
		t.Errorf("two keys of one column give %v", rows)
	}
}

func TestPartitionsComeFromFolders(t *testing.T) {
	dir := t.TempDir()
	columns := []Column{{Name: "n", Type: Int}, {Name: "dt", Type: Date, Partition: true}, {Name: "City", Partition: true, Key: true}, {Name: "m", Type: Int, Partition: true}}
	var all []File
	for _, folder := range []string{"dt=2024-01-01/city=New%20York%2FBronx/m=01", "dt=__HIVE_DEFAULT_PARTITION__/CITY=x/m=-12", "dt=soon/city=x/m=1", "dt=2024-01-01/m=1"} {
		f := file(t, dir, strings.NewReplacer("/", "-", "%", "-").Replace(folder), "{\"n\":1,\"dt\":\"1999-01-01\"}\n{\"n\":2}\n")
		f.Name = "t/" + folder + "/a.json"
		all = append(all, f)
	}
	s := NewScan(all, columns, Limits{})
	c := s.Cursor()
	vectors := newVectors(4)
	n, err := c.Fill(t.Context(), vectors, batchRows)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for row := range n {
		line := ""
		for i := range columns {
			shape := columns[i].Type.Shape()
			line += " " + strings.TrimSpace(show([][]any{{vectors[i].value(&shape, row)}}))
		}
		got = append(got, line)
	}
	want := " [1] [2024-01-01] [New York/Bronx] [1]| [2] [2024-01-01] [New York/Bronx] [1]| [1] [<nil>] [x] [-12]| [2] [<nil>] [x] [-12]"
	if strings.Join(got, "|") != want {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "|"), want)
	}
	c.Close()
	report, err := s.Report(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
	if len(report.Rejects) != 2 || !strings.Contains(report.Rejects[0].String(), "dt=… whose value does not fit date") || !strings.Contains(report.Rejects[1].String(), "not in a folder named City=…") || len(report.MissingKeys) > 0 {
		t.Errorf("rejects %v, missing keys %v", report.Rejects, report.MissingKeys)
	}
	if Misplaced(columns, all[0].Name) != "" || Misplaced(columns, all[3].Name) == "" {
		t.Error("Misplaced and a Scan disagree")
	}
}

func TestValuesThatCannotBeWritten(t *testing.T) {
	for kind, value := range map[string]string{
		"array<double>": `[NaN]`, "array<date>": `["infinity"]`, "struct<a:int>": `{"a":1,"a":2}`, "map<string,string>": `{`, "array<int>": `[1] `,
	} {
		parsed, err := ParseType(kind)
		if err != nil {
			t.Fatal(err)
		}
		shape := parsed.Shape()
		if got, err := shape.Spell(nil, []byte(value)); err == nil {
			t.Errorf("%s %s is written as %s", kind, value, got)
		}
	}
	days := newVectors(1)
	days[0].setInt(0, 5_000_000)
	if _, err := NewEncoder([]Column{{Name: "d", Type: Date}}).Append(nil, days, 1); err == nil {
		t.Error("a day of the year 15659 is written")
	}
}

func FuzzValues(f *testing.F) {
	for _, seed := range []string{"1.50", `"2024-01-31 23:59:59.5"`, `{"a":[1,{"B":"x"}],"m":{"k":1.5}}`, "-0.000e5", `"2024-02-30"`, "[[null]]", "1655564444103"} {
		f.Add(seed)
	}
	kinds := []string{
		"tinyint", "smallint", "float", "decimal(5,2)", "decimal(18,9)", "decimal(38,10)", "date", "timestamp", "varchar(3)", "char(3)",
		"array<array<int>>", "map<string,decimal(20,3)>", "struct<a:array<struct<b:string>>,m:map<string,double>,t:timestamp>",
	}
	f.Fuzz(func(t *testing.T, value string) {
		if strings.ContainsAny(value, "\n\r") {
			t.Skip()
		}
		for _, kind := range kinds {
			_, written, rejects := valuesOf(t, kind, value)
			if len(rejects) > 0 || len(written) == 0 {
				continue
			}
			if _, again, rejects := valuesOf(t, kind, written[0]); len(rejects) > 0 || again[0] != written[0] {
				t.Fatalf("%s: %q is written as %s and reads back as %v, %v", kind, value, written[0], again, rejects)
			}
			sameValue(t, kind, strings.TrimSpace(value), written[0])
		}
	})
}

// sameValue compares the value with that of math/big and package time.
func sameValue(t *testing.T, kind, value, written string) {
	t.Helper()
	bare := strings.Trim(value, `"`)
	switch {
	case written == "null" || strings.Contains(bare, `\`):
	case strings.HasPrefix(kind, "decimal"):
		if e := strings.IndexAny(bare, "eE"); e >= 0 && len(bare)-e > 5 {
			return // math/big would use all memory
		}
		a, ok1 := new(big.Rat).SetString(bare)
		b, ok2 := new(big.Rat).SetString(written)
		if !ok1 || !ok2 || a.Cmp(b) != 0 {
			t.Fatalf("%s: %s is read as %s", kind, value, written)
		}
	case kind == "date" && strings.Contains(bare[min(1, len(bare)):], "-"):
		if _, err := time.Parse(time.DateOnly, bare); err != nil || written != `"`+bare+`"` {
			t.Fatalf("%s is read as %s, %v", value, written, err)
		}
	case kind == "timestamp" && len(bare) == len(time.DateTime) && bytes.Count([]byte(bare), []byte{':'}) == 2:
		if _, err := time.Parse(time.DateTime, strings.Replace(bare, "T", " ", 1)); err != nil {
			t.Fatalf("%s is read as %s, %v", value, written, err)
		}
	}
}

func TestAnyKeepsTheTextOfAValue(t *testing.T) {
	lines := `{"v":{"a": [1,"x\u0040y"]}}` + "\n" + `{"v":"text"}` + "\n" + `{"v":-1.50}` + "\n" + `{"v":null}` + "\n" + `{"v":{"a":1,}}` + "\n"
	s := NewScan(files(t, lines), []Column{{Name: "v", Type: Any}}, Limits{})
	rows, report := read(t, s)
	if got, want := show(rows), show([][]any{{`{"a": [1,"x\u0040y"]}`}, {`"text"`}, {`-1.50`}, {nil}}); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if len(report.Rejects) != 1 || report.Rejects[0].Line != 5 {
		t.Errorf("the rejects are %+v", report.Rejects)
	}
	if _, err := ParseType("any"); err == nil {
		t.Error("a table can be declared with it")
	}
}

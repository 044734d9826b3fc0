package script

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func fixture(t *testing.T, name string) *Script {
	t.Helper()
	source, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return Read(name, source)
}

// outline is a graph in a few lines.
func outline(s *Script) string {
	var b strings.Builder
	for i, n := range s.Nodes {
		fmt.Fprintf(&b, "%d %s", i, n.Kind)
		if n.Kind == SourceNode {
			src := s.Sources[n.Source]
			fmt.Fprintf(&b, " %s%s", src.Path, src.Table)
		}
		if len(n.Inputs) > 0 {
			fmt.Fprintf(&b, " of %v", n.Inputs)
		}
		b.WriteString("\n")
	}
	for _, sink := range s.Sinks {
		fmt.Fprintf(&b, "%s %s %s of %d\n", sink.Format, sink.Path, sink.Table, sink.Input)
	}
	return b.String()
}

func TestEveryFixtureIsRead(t *testing.T) {
	files, err := filepath.Glob("testdata/*")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d fixtures, %v", len(files), err)
	}
	for _, f := range files {
		name := filepath.Base(f)
		s := fixture(t, name)
		strange := strings.HasPrefix(name, "not_understood") || name == "hostile.py"
		if s.Understood() == strange {
			t.Errorf("%s: understood %v: %v", name, s.Understood(), s.Problems)
		}
	}
}

func TestGraph(t *testing.T) {
	for name, want := range map[string]string{
		"accelerometer_join.py": `0 source s3://lake-of-mine/accelerometer/landing/
1 source s3://lake-of-mine/customer/trusted/
2 join of [0 1]
3 drop fields of [2]
json s3://lake-of-mine/accelerometer/trusted  of 3
`,
		"customer_sql.py": `0 source s3://lake-of-mine/customer/landing/
1 sql of [0]
json s3://lake-of-mine/customer/trusted/ customer_trusted of 1
`,
		"ml_class.py": `0 source s3a://lake-of-mine/step_trainer/trusted
1 alias of [0]
2 source s3a://lake-of-mine/accelerometer/trusted
3 alias of [2]
4 frame join of [1 3]
5 select of [4]
json s3a://lake-of-mine/machine_learning/curated  of 5
`,
		"ml_choice.py": `0 source ${step_trainer_trusted}
1 source ${accelerometer_trusted}
2 rename column of [1]
3 choice of [2 1]
4 rename column of [0]
5 with column of [4]
6 frame join of [5 3]
7 select of [6]
parquet s3://lake-of-mine/machine_learning_curated/  of 7
`,
	} {
		if got := outline(fixture(t, name)); got != want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, want)
		}
	}
}

func TestForms(t *testing.T) {
	for name, want := range map[string]Form{
		"step_job.json": JobExport, "customer_curated.sql": SQLFile, "step_sql.py": Python,
	} {
		s := fixture(t, name)
		if s.Form != want || len(s.Sinks) != 1 {
			t.Errorf("%s: %s with %d sinks", name, s.Form, len(s.Sinks))
		}
	}
	if job := fixture(t, "step_job.json").Job; job != "step_trainer_trusted" {
		t.Errorf("job %q", job)
	}
	ddl := Read("customer_landing.sql", []byte("CREATE EXTERNAL TABLE customer_landing (email string) LOCATION 's3://b/import/'"))
	if ddl.Form != NotPython || len(ddl.Problems) > 0 {
		t.Errorf("a DDL: %s %v", ddl.Form, ddl.Problems)
	}
	cells := `{"cells":[{"cell_type":"code","source":["%idle_timeout 5\n","import sys\n"]},{"cell_type":"markdown","source":["text"]},` +
		`{"cell_type":"code","source":"df = spark.read.json('s3://b/customer/landing/')\ndf.write.json('s3://b/customer/trusted/')"}]}`
	if s := Read("job.ipynb", []byte(cells)); s.Form != Notebook || !s.Understood() {
		t.Errorf("a notebook: %s %v", s.Form, s.Problems)
	}
	wide := []byte("\xff\xfe")
	for _, c := range "spark.read.json('s3://b/customer/landing/').write.json('s3://b/customer/trusted/')" {
		wide = append(wide, byte(c), 0)
	}
	if s := Read("a.py", wide); !s.Understood() {
		t.Errorf("UTF-16: %v", s.Problems)
	}
}

func TestSinkOptions(t *testing.T) {
	s := fixture(t, "customer_sql.py").Sinks[0]
	if o, ok := s.Option("UpdateBehavior"); !ok || o.Value != "UPDATE_IN_DATABASE" || o.Line != s.Line {
		t.Errorf("option %+v", o)
	}
	s = fixture(t, "curated_keys_of_two_cases.py").Sinks[0]
	if o, ok := s.Option("enableUpdateCatalog"); !ok || o.Value != "True" || o.Argument != "additional_options" {
		t.Errorf("option %+v", o)
	}
	if s.Name != "Customer Curated" {
		t.Errorf("name %q", s.Name)
	}
}

func TestSyntaxErrorsKeepTheRest(t *testing.T) {
	s := fixture(t, "customer_broken.py")
	if len(s.SyntaxErrors) == 0 || s.SyntaxErrors[0].Line != 6 || !s.Understood() {
		t.Errorf("errors %v, problems %v", s.SyntaxErrors, s.Problems)
	}
}

// TestACallInTwoLines reads calls whose brackets an editor has moved to the next
// line. Lines keep their numbers, and the fault is kept.
func TestACallInTwoLines(t *testing.T) {
	const begin = "from awsglue.context import GlueContext\nglueContext = GlueContext(sc)\n"
	s := Read("job.py", []byte(begin+"A = glueContext.create_dynamic_frame.from_options\n  (connection_type='s3', format='json',\n  connection_options={'paths': ['s3://b/x/']})\n"+
		"glueContext.write_dynamic_frame.from_options \r\n(\n  frame=A, connection_type='s3', format='json', connection_options={'path': 's3://b/y/'})\n"))
	if len(s.SyntaxErrors) == 0 || s.SyntaxErrors[0].Line != 4 || !s.Understood() || len(s.Sources) != 1 || len(s.Sinks) != 1 {
		t.Fatalf("errors %v, problems %v, %d sources, %d sinks", s.SyntaxErrors, s.Problems, len(s.Sources), len(s.Sinks))
	}
	if s.Sources[0].Path != "s3://b/x/" || s.Sinks[0].Path != "s3://b/y/" || s.Sinks[0].Input != s.Sources[0].Node {
		t.Errorf("reads %+v, writes %+v", s.Sources[0], s.Sinks[0])
	}
	right := "total = A\n(B)\nA.join\n(1)\n"
	if s := Read("job.py", []byte(begin+right)); len(s.SyntaxErrors) > 0 || string(s.Source) != begin+right {
		t.Errorf("correct Python is changed: %v %q", s.SyntaxErrors, s.Source)
	}
}

func TestProblems(t *testing.T) {
	for source, want := range map[string]string{
		"df = spark.read.json('s3://a/x')\nif flag:\n  df.write.json('s3://a/y')":                                     "2: whether these lines run depends on a condition that is not known",
		"df = spark.read.json('s3://a/x')\nfor n in names:\n  df = df.drop(n)\ndf.write.json('s3://a/y')":             "2: a loop over values that are not known is not followed",
		"df = spark.read.json('s3://a/x')\ndf.melt(1).write.json('s3://a/y')":                                         "2: .melt is not understood",
		"df = spark.read.json('s3://a/x')\nspark.sql('merge into t using s on t.x = s.x')\ndf.write.json('s3://a/y')": "2: MERGE in spark.sql is not understood",
		"df = spark.read.json('s3://a/x')\nsave(df)":                                                                  "2: save is not understood",
	} {
		s := Read("a.py", []byte(source))
		if len(s.Problems) == 0 || fmt.Sprintf("%d: %s", s.Problems[0].Line, s.Problems[0].Text) != want {
			t.Errorf("%s\n%v, want %s", source, s.Problems, want)
		}
	}
}

// A part that is not understood counts only if a sink depends on it.
func TestUnneededPartsAreNoProblem(t *testing.T) {
	s := Read("a.py", []byte("df = spark.read.json('s3://a/x')\nother = df.melt(1)\nprint(other.count())\nother.show()\ndf.write.json('s3://a/y')"))
	if !s.Understood() {
		t.Error(s.Problems)
	}
}

func TestHostileScriptsAreBounded(t *testing.T) {
	for name, source := range map[string]string{
		"nested":    strings.Repeat("(", 100_000),
		"calls":     "x = a" + strings.Repeat(".b()", 50_000),
		"recursion": "def f(x):\n  f(x)\n  f(x)\nf(1)",
		"loop":      "l = [1]\nfor a in l:\n  l.append(a)\n  for b in l:\n    for c in l:\n      x = l + l",
		"doubling":  "x = 'aaaaaaaaaa'\n" + strings.Repeat("x = x + x\n", 60),
		"lists":     "x = [1]\n" + strings.Repeat("x = x + x\n", 60),
		"nul":       "df = spark.read.json('s3://a/\x00x')\xff\xfe",
		"big":       strings.Repeat("x = 1\n", 400_000),
	} {
		if s := Read(name+".py", []byte(source)); s.Understood() {
			t.Errorf("%s is understood", name)
		}
	}
}

func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("testdata/*.*")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		source, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(source)
	}
	f.Add([]byte("def f(x=f(), *a): return lambda: f\nf(*f, **f)[f:f]"))
	f.Fuzz(func(t *testing.T, source []byte) {
		s := Read("a.py", source)
		for _, sink := range s.Sinks {
			if sink.Input >= len(s.Nodes) {
				t.Errorf("sink of node %d of %d", sink.Input, len(s.Nodes))
			}
		}
		for i, n := range s.Nodes {
			for _, in := range n.Inputs {
				if in < 0 || in >= i {
					t.Errorf("node %d reads node %d", i, in)
				}
			}
		}
	})
}

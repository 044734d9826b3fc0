package spark

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"stedi/pipeline"
)

// machine is a folder with fakes of Spark's dependencies, and an environment.
type machine struct {
	*testing.T

	root string
	env  map[string]string
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	m := &machine{t, t.TempDir(), map[string]string{}}
	m.env["PATH"] = m.path("bin")
	return m
}

func (m *machine) path(parts ...string) string {
	return filepath.Join(append([]string{m.root}, parts...)...)
}

func (m *machine) lookup(name string) (string, bool) {
	value, ok := m.env[name]
	return value, ok
}

func (m *machine) file(name, text string) {
	m.Helper()
	if err := os.MkdirAll(filepath.Dir(m.path(name)), 0o755); err != nil {
		m.Fatal(err)
	}
	if err := os.WriteFile(m.path(name), []byte(text), 0o600); err != nil {
		m.Fatal(err)
	}
}

// java creates a Java that prints its version like a real one.
func (m *machine) java(folder, version string) {
	m.Helper()
	program(m.T, m.path(folder), "java", `[ "$1" = -version ] && echo 'openjdk version "`+version+`" 2025-04-15' >&2`+"\n")
}

func (m *machine) python(folder, version string) {
	m.Helper()
	program(m.T, m.path(folder), "python3", `[ "$1" = --version ] && echo Python `+version+"\n")
}

// archive creates a Spark with the layout of its archive.
func (m *machine) archive(folder, version string) {
	m.Helper()
	program(m.T, m.path(folder, "bin"), "spark-submit", "exit 1\n")
	m.file(folder+"/jars/spark-core_2.12-"+version+".jar", "")
	m.file(folder+"/jars/hadoop-client-api-3.3.4.jar", "")
}

// whole creates all programs that Spark requires.
func (m *machine) whole() {
	m.Helper()
	m.archive("spark", "3.5.4")
	m.env["SPARK_HOME"] = m.path("spark")
	m.java("bin", "17.0.15")
	m.python("bin", "3.11.7")
}

func TestSparkIsFoundWhereItIsInstalled(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		make         func(m *machine) (home string)
		submit, with string // below the root
		version      string
		source       string
	}{
		"SPARK_HOME": {func(*machine) string { return "" }, "spark/bin/spark-submit", "spark", "3.5.4", "SPARK_HOME"},
		"--spark-home wins": {func(m *machine) string {
			m.archive("newer", "4.3.0")
			return m.path("newer")
		}, "newer/bin/spark-submit", "newer", "4.3.0", "--spark-home"},
		"PATH, a link": {func(m *machine) string {
			delete(m.env, "SPARK_HOME")
			if err := os.Symlink(m.path("spark", "bin", "spark-submit"), m.path("bin", "spark-submit")); err != nil {
				m.Fatal(err)
			}
			return ""
		}, "bin/spark-submit", "spark", "3.5.4", "PATH"},
		"pip": {func(m *machine) string {
			program(m.T, m.path("venv", "bin"), "spark-submit", "")
			m.file("venv/lib/python3.11/site-packages/pyspark/jars/spark-core_2.13-4.0.1.jar", "")
			m.env["PATH"] = m.path("venv", "bin") + string(os.PathListSeparator) + m.env["PATH"]
			delete(m.env, "SPARK_HOME")
			return ""
		}, "venv/bin/spark-submit", "venv/lib/python3.11/site-packages/pyspark", "4.0.1", "PATH"},
		"an odd folder": {func(m *machine) string {
			m.archive("a [b]*", "3.4.0-SNAPSHOT")
			return m.path("a [b]*")
		}, "a [b]*/bin/spark-submit", "a [b]*", "3.4.0", "--spark-home"},
		"of unknown version": {func(m *machine) string {
			program(m.T, m.path("wrapped", "bin"), "spark-submit", "")
			return m.path("wrapped")
		}, "wrapped/bin/spark-submit", "", "0.0.0", "--spark-home"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMachine(t)
			m.whole()
			home := c.make(m)
			i, err := Find(t.Context(), home, "", m.lookup)
			if err != nil {
				t.Fatal(err)
			}
			want := c.with
			if want != "" {
				want = m.path(want)
			}
			real, err := filepath.EvalSymlinks(m.root)
			if err != nil {
				t.Fatal(err)
			}
			if i.Submit != m.path(c.submit) || strings.TrimPrefix(i.Home, real) != strings.TrimPrefix(want, m.root) || i.Version.String() != c.version || i.Source != c.source {
				t.Errorf("found %+v", i)
			}
			if i.JavaVersion.String() != "17.0.15" || i.PyVersion.String() != "3.11.7" {
				t.Errorf("found Java %s and Python %s", i.JavaVersion, i.PyVersion)
			}
		})
	}
}

func TestWhatSparkNeedsIsMissing(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(m *machine)
		want   string
		fix    string
		kind   pipeline.Kind
	}{
		"no Spark":        {func(m *machine) { delete(m.env, "SPARK_HOME") }, "no spark-submit on PATH, and SPARK_HOME is not set", "--spark-home", pipeline.BadUsage},
		"no such home":    {func(m *machine) { m.env["SPARK_HOME"] = m.path("nowhere") }, "spark-submit (SPARK_HOME) does not exist", "--spark-home", pipeline.BadUsage},
		"not executable":  {func(m *machine) { m.file("x/bin/spark-submit", ""); m.env["SPARK_HOME"] = m.path("x") }, "permission denied", "chmod +x", pipeline.Denied},
		"a directory":     {func(m *machine) { m.file("x/bin/spark-submit/y", ""); m.env["SPARK_HOME"] = m.path("x") }, "is a directory", "", pipeline.Denied},
		"old Spark":       {func(m *machine) { m.archive("old", "3.3.2"); m.env["SPARK_HOME"] = m.path("old") }, "Spark 3.3.2 in", "3.4 or later", pipeline.BadUsage},
		"no Java":         {func(m *machine) { m.python("only", "3.11.7"); m.env["PATH"] = m.path("only") }, "no java on PATH", "Java 17", pipeline.BadUsage},
		"wrong JAVA_HOME": {func(m *machine) { m.env["JAVA_HOME"] = m.path("spark") }, "JAVA_HOME is ", "Java 17", pipeline.BadUsage},
		"a broken Java": {func(m *machine) {
			program(m.T, m.path("jdk", "bin"), "java", "exit 1\n")
			m.env["JAVA_HOME"] = m.path("jdk")
		}, "Java cannot be run", "Java 17", pipeline.BadUsage},
		"Java too new": {func(m *machine) { m.java("jdk/bin", "25.0.1"); m.env["JAVA_HOME"] = m.path("jdk") }, "Spark 3.5.4 runs on Java 8 to 21", "Java 17", pipeline.BadUsage},
		"Java too old": {func(m *machine) {
			m.archive("four", "4.0.0")
			m.env["SPARK_HOME"] = m.path("four")
			m.java("bin", "1.8.0_402")
		}, "Spark 4.0.0 needs Java 17 or later", "Java 17", pipeline.BadUsage},
		"Java by its file": {func(m *machine) {
			program(m.T, m.path("jdk", "bin"), "java", "exit 1\n")
			m.file("jdk/release", "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"25.0.1\"\n")
			m.env["JAVA_HOME"] = m.path("jdk")
		}, "is Java 25", "Java 17", pipeline.BadUsage},
		"no Python":      {func(m *machine) { m.java("only", "17"); m.env["PATH"] = m.path("only") }, "Python was not found", "PYSPARK_PYTHON", pipeline.BadUsage},
		"no such Python": {func(m *machine) { m.env["PYSPARK_PYTHON"] = "python9" }, "no executable python9 (PYSPARK_PYTHON)", "PYSPARK_PYTHON", pipeline.BadUsage},
		"old Python":     {func(m *machine) { m.python("bin", "3.8.10") }, "Python 3.8.10 in", "Python 3.9", pipeline.BadUsage},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMachine(t)
			m.whole()
			c.change(m)
			_, err := Find(t.Context(), "", "", m.lookup)
			failure, ok := errors.AsType[*pipeline.Failure](err)
			if !ok || !strings.Contains(failure.Err.Error(), c.want) || !strings.Contains(failure.Fix, c.fix) || failure.Kind != c.kind {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestANotebookDoesNotRunTheScripts(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.whole()
	m.env["PYSPARK_DRIVER_PYTHON"] = "jupyter"
	m.python("other", "3.12.0")
	m.env["PYSPARK_PYTHON"] = m.path("other", "python3")
	i, err := Find(t.Context(), "", "", m.lookup)
	if err != nil || i.Python != m.path("other", "python3") {
		t.Errorf("found %+v, %v", i, err)
	}
	if i, err = Find(t.Context(), "", "python3", m.lookup); err != nil || i.Python != m.path("bin", "python3") {
		t.Errorf("--spark-conf: found %+v, %v", i, err)
	}
}

func TestSparkNeedsAJarForS3(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.whole()
	i, err := Find(t.Context(), "", "", m.lookup)
	if err != nil {
		t.Fatal(err)
	}
	err = i.checkS3A(&settings{})
	if failure, ok := errors.AsType[*pipeline.Failure](err); !ok || failure.Kind != pipeline.BadUsage || !strings.Contains(failure.Fix, "hadoop-aws:3.3.4") {
		t.Errorf("got %v", err)
	}
	if err := i.checkS3A(&settings{conf: []string{"spark.jars.packages=org.apache.hadoop:hadoop-aws:3.3.4"}}); err != nil {
		t.Error(err)
	}
	m.file("spark/jars/hadoop-aws-3.3.4.jar", "")
	if err := i.checkS3A(&settings{}); err != nil {
		t.Error(err)
	}
}

func TestVersionsAreRead(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"3.5.4": "3.5.4", "4.0.0-preview2": "4.0.0", "Python 3.12": "3.12.0", "25": "25.0.0", "17.0.15+6": "17.0.15", "none": "0.0.0", "": "0.0.0",
	} {
		if got := parseVersion(text).String(); got != want {
			t.Errorf("%q is %s, not %s", text, got, want)
		}
	}
	if got := javaVersion("1.8.0_402"); got.Major != 8 {
		t.Errorf("1.8 is %s", got)
	}
}

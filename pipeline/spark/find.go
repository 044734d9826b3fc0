package spark

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"stedi/pipeline"
)

// Lookup reads an environment variable.
type Lookup func(name string) (value string, ok bool)

// Installation is an installed Spark with its Java and Python.
type Installation struct {
	Submit  string  // path of spark-submit
	Home    string  // the folder with its jars; empty if unknown
	Version Version // zero if unknown
	Source  string  // where it was found: --spark-home, SPARK_HOME or PATH

	Java        string // path
	JavaVersion Version
	Python      string // path; runs the scripts
	PyVersion   Version
}

// Version is a version number.
type Version struct{ Major, Minor, Patch int }

var versionText = regexp.MustCompile(`(\d+)(?:\.(\d+))?(?:\.(\d+))?`)

// parseVersion parses the first version number of a text.
func parseVersion(text string) Version {
	var v Version
	if m := versionText.FindStringSubmatch(text); m != nil {
		for i, part := range []*int{&v.Major, &v.Minor, &v.Patch} {
			*part, _ = strconv.Atoi(m[i+1]) // a missing part is 0
		}
	}
	return v
}

func (v Version) String() string {
	return strconv.Itoa(v.Major) + "." + strconv.Itoa(v.Minor) + "." + strconv.Itoa(v.Patch)
}

func (v Version) known() bool { return v != Version{} }

func (v Version) before(major, minor int) bool {
	return v.Major < major || v.Major == major && v.Minor < minor
}

const (
	getSpark = "Install Spark 3.4 or later (`pip install pyspark`, or spark.apache.org/downloads.html), then set SPARK_HOME or pass --spark-home."
	getJava  = "Install Java 17, then set JAVA_HOME to its folder."
	getPy    = "Install Python 3.9 or later, then set PYSPARK_PYTHON to its path."
)

// probeTime is the time limit for a program that prints its version.
const probeTime = 30 * time.Second

// Find finds Spark, Java and Python like spark-submit does: Spark in home if it
// is not empty, else in SPARK_HOME, else on PATH. The error is a
// *pipeline.Failure that names the missing program and how to install it.
func Find(ctx context.Context, home, python string, env Lookup) (*Installation, error) {
	i := &Installation{}
	if err := errors.Join(i.findSpark(home, env)); err != nil {
		return nil, err
	}
	if err := i.findJava(ctx, env); err != nil {
		return nil, err
	}
	if err := i.findPython(ctx, python, env); err != nil {
		return nil, err
	}
	return i, nil
}

func (i *Installation) findSpark(home string, env Lookup) error {
	i.Source = "--spark-home"
	if home == "" {
		home, _ = env("SPARK_HOME")
		i.Source = "SPARK_HOME"
	}
	if home == "" {
		i.Source = "PATH"
		path, _ := env("PATH")
		if i.Submit = onPath("spark-submit", path); i.Submit == "" {
			return pipeline.Fail(pipeline.BadUsage, "", getSpark, "Spark was not found: there is no spark-submit on PATH, and SPARK_HOME is not set")
		}
	} else {
		i.Submit = filepath.Join(home, "bin", "spark-submit")
	}
	switch err := executable(i.Submit); {
	case errors.Is(err, fs.ErrNotExist):
		return pipeline.Fail(pipeline.BadUsage, "", getSpark, "Spark was not found: %s (%s) does not exist", i.Submit, i.Source)
	case err != nil:
		return pipeline.Fail(pipeline.Denied, "", "Make it executable: chmod +x "+i.Submit, "Spark cannot be run: %s (%s): %w", i.Submit, i.Source, err)
	}
	var err error
	if i.Submit, err = filepath.Abs(i.Submit); err != nil {
		return err
	}
	i.Home = homeOf(i.Submit)
	i.Version = versionIn(i.Home)
	if i.Version.known() && i.Version.before(3, 4) {
		return pipeline.Fail(pipeline.BadUsage, "", getSpark, "Spark %s in %s is too old: 3.4 or later is required", i.Version, i.Home)
	}
	return nil
}

// homeOf returns the Spark folder of a spark-submit, or "". In an archive
// spark-submit is in the bin folder of Spark; pip copies it to the bin folder
// of the Python environment, next to the package.
func homeOf(submit string) string {
	places := []string{submit}
	if real, err := filepath.EvalSymlinks(submit); err == nil && real != submit {
		places = append(places, real)
	}
	for _, place := range places {
		above := filepath.Dir(filepath.Dir(place))
		candidates := []string{above}
		for _, packages := range []string{"site-packages", "dist-packages"} {
			found, _ := filepath.Glob(filepath.Join(escapeGlob(above), "lib", "python*", packages, "pyspark")) // the pattern is valid
			candidates = append(candidates, found...)
		}
		for _, home := range candidates {
			if len(jars(home, "spark-core_*.jar")) > 0 {
				return home
			}
		}
	}
	return ""
}

// jars returns a Spark's jars whose names match a pattern.
func jars(home, pattern string) []string {
	if home == "" {
		return nil
	}
	found, _ := filepath.Glob(filepath.Join(escapeGlob(home), "jars", pattern)) // the patterns are valid
	return found
}

var globCharacters = regexp.MustCompile(`[\\*?\[\]{}]`)

// escapeGlob returns a pattern that matches only the path, for filepath.Glob
// and for Spark's readers.
func escapeGlob(path string) string { return globCharacters.ReplaceAllString(path, `\$0`) }

var coreJar = regexp.MustCompile(`spark-core_[\d.]+-(\d.*)\.jar$`)

func versionIn(home string) Version {
	for _, jar := range jars(home, "spark-core_*.jar") {
		if m := coreJar.FindStringSubmatch(jar); m != nil {
			return parseVersion(m[1])
		}
	}
	return Version{}
}

func (i *Installation) findJava(ctx context.Context, env Lookup) error {
	if home, _ := env("JAVA_HOME"); home != "" {
		i.Java = filepath.Join(home, "bin", "java")
		if err := executable(i.Java); err != nil {
			return pipeline.Fail(pipeline.BadUsage, "", getJava, "Java was not found: JAVA_HOME is %s: %w", home, err)
		}
	} else {
		path, _ := env("PATH")
		if i.Java = onPath("java", path); i.Java == "" {
			return pipeline.Fail(pipeline.BadUsage, "", getJava, "Java was not found: JAVA_HOME is not set, and there is no java on PATH")
		}
	}
	if i.JavaVersion = releaseOf(i.Java); !i.JavaVersion.known() {
		said, err := ask(ctx, i.Java, "-version")
		if err != nil {
			return pipeline.Fail(pipeline.BadUsage, "", getJava, "Java cannot be run: %s -version: %w", i.Java, err)
		}
		_, quoted, _ := strings.Cut(said, `"`)
		i.JavaVersion = javaVersion(quoted)
	}
	return i.fits()
}

// javaVersion parses a version of Java; 1.8 means 8.
func javaVersion(text string) Version {
	return parseVersion(strings.TrimPrefix(text, "1."))
}

// releaseOf reads the version of a Java from its release file, without starting
// Java.
func releaseOf(java string) Version {
	if real, err := filepath.EvalSymlinks(java); err == nil {
		java = real
	}
	text, err := os.ReadFile(filepath.Join(filepath.Dir(filepath.Dir(java)), "release"))
	if err != nil {
		return Version{}
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, `JAVA_VERSION="`); ok {
			return javaVersion(rest)
		}
	}
	return Version{}
}

// fits checks that this Spark runs on this Java.
func (i *Installation) fits() error {
	java, spark := i.JavaVersion.Major, i.Version
	if java == 0 || !spark.known() {
		return nil
	}
	switch {
	case spark.Major >= 4 && java < 17:
		return pipeline.Fail(pipeline.BadUsage, "", "Install Java 17 or 21, then set JAVA_HOME to its folder.", "Spark %s needs Java 17 or later, but %s is Java %d", spark, i.Java, java)
	case spark.Major == 3 && (java < 8 || java > 21):
		return pipeline.Fail(pipeline.BadUsage, "", getJava, "Spark %s runs on Java 8 to 21, but %s is Java %d", spark, i.Java, java)
	}
	return nil
}

// findPython finds the Python for the scripts: the configured one, else the one
// next to spark-submit, else the one on PATH. It ignores PYSPARK_DRIVER_PYTHON,
// because people set that to a notebook.
func (i *Installation) findPython(ctx context.Context, configured string, env Lookup) error {
	source := "spark.pyspark.python"
	if configured == "" {
		configured, _ = env("PYSPARK_PYTHON")
		source = "PYSPARK_PYTHON"
	}
	path, _ := env("PATH")
	i.Python = configured
	if beside := filepath.Join(filepath.Dir(i.Submit), "python3"); configured == "" && executable(beside) == nil {
		i.Python = beside
	} else if configured == "" {
		i.Python, source = onPath("python3", path), "PATH"
	} else if !strings.ContainsRune(configured, filepath.Separator) {
		i.Python = onPath(configured, path)
	}
	if i.Python == "" || executable(i.Python) != nil {
		return pipeline.Fail(pipeline.BadUsage, "", getPy, "Python was not found: there is no executable %s (%s)", firstOf(configured, "python3"), source)
	}
	said, err := ask(ctx, i.Python, "--version")
	if err != nil {
		return pipeline.Fail(pipeline.BadUsage, "", getPy, "Python cannot be run: %s --version: %w", i.Python, err)
	}
	if i.PyVersion = parseVersion(said); i.PyVersion.before(3, 9) {
		return pipeline.Fail(pipeline.BadUsage, "", getPy, "Python %s in %s is too old: 3.9 or later is required", i.PyVersion, i.Python)
	}
	return nil
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// ask runs a program and returns its output of both streams.
func ask(ctx context.Context, program string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	return string(bytes.TrimSpace(out)), err
}

// onPath returns the first executable file with this name in the folders of a
// PATH.
func onPath(name, path string) string {
	for _, folder := range filepath.SplitList(path) {
		if file := filepath.Join(folder, name); folder != "" && executable(file) == nil {
			return file
		}
	}
	return ""
}

// executable returns an error if a file cannot be run.
func executable(file string) error {
	info, err := os.Stat(file)
	switch {
	case err != nil:
		return err
	case info.IsDir():
		return &fs.PathError{Op: "run", Path: file, Err: errors.New("is a directory")}
	case info.Mode()&0o111 == 0:
		return &fs.PathError{Op: "run", Path: file, Err: fs.ErrPermission}
	}
	return nil
}

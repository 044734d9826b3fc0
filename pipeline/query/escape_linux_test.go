package query

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// escapes are known attacks. OUT is a directory outside of the lake that holds
// secret.txt and data.csv, IN is a directory inside.
var escapes = []string{
	"SELECT * FROM read_text('OUT/secret.txt')",
	"SELECT * FROM read_blob('OUT/secret.txt')",
	"SELECT * FROM read_csv('OUT/data.csv')",
	"SELECT * FROM read_csv_auto('OUT/data.csv')",
	"SELECT * FROM read_json('OUT/data.json')",
	"SELECT * FROM read_ndjson_objects('OUT/data.json')",
	"SELECT * FROM 'OUT/data.csv'",
	"SELECT * FROM \"OUT/data.json\"",
	"SELECT * FROM sniff_csv('OUT/data.csv')",
	"SELECT * FROM glob('OUT/*')",
	"SELECT * FROM parquet_metadata('OUT/secret.txt')",
	"SELECT * FROM parquet_scan('OUT/secret.txt')",
	"SELECT * FROM read_duckdb('OUT/x.db')",
	"SELECT * FROM query('SELECT * FROM read_text(''OUT/secret.txt'')')",
	"SELECT * FROM query_table('OUT/data.csv')",
	"SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT * FROM read_text(''OUT/secret.txt'')'))",
	"SELECT (SELECT content FROM read_text('OUT/secret.txt'))",
	"SELECT content FROM read_text('/etc/passwd')",
	"SELECT content FROM read_text('/proc/self/environ')",
	"SELECT getenv('HOME')",
	"COPY (SELECT 42) TO 'OUT/written.csv'",
	"COPY people TO 'IN/written.csv'",
	"COPY people TO 'IN/people.json' (FORMAT json)",
	"COPY people FROM 'OUT/data.csv'",
	"EXPORT DATABASE 'OUT/export'",
	"IMPORT DATABASE 'OUT/export'",
	"ATTACH 'OUT/x.db' AS x",
	"ATTACH 'OUT/secret.txt' AS x",
	"ATTACH 'http://127.0.0.1:1/x.db' AS x",
	"CREATE TABLE t AS SELECT * FROM read_text('OUT/secret.txt')",
	"INSTALL httpfs",
	"INSTALL httpfs FROM community",
	"LOAD 'OUT/x.duckdb_extension'",
	"LOAD httpfs",
	"SET enable_external_access = true",
	"SET lock_configuration = false",
	"SET temp_directory = 'OUT'",
	"SET home_directory = 'OUT'",
	"SET memory_limit = '100GB'",
	"SET allowed_directories = ['/']",
	"RESET ALL",
	"PRAGMA enable_profiling",
	"PRAGMA profiling_output = 'OUT/profile.json'",
	"SELECT * FROM enable_profiling(save_location := 'OUT/profile.json')",
	"SELECT * FROM enable_logging(storage := 'file', storage_config := {'path': 'OUT'})",
	"CREATE SECRET s (TYPE s3, KEY_ID 'x', SECRET 'y')",
	"CREATE PERSISTENT SECRET s (TYPE s3, KEY_ID 'x', SECRET 'y')",
	"DROP VIEW people; SELECT 1",
	"SELECT 1; COPY (SELECT 42) TO 'OUT/written.csv'",
	"EXPLAIN ANALYZE COPY (SELECT 42) TO 'OUT/written.csv'",
	"CALL pragma_database_size()",
	"SELECT * FROM duckdb_secrets()",
	"SELECT * FROM duckdb_settings()",
	"SELECT * FROM information_schema.tables",
	"SELECT current_setting('home_directory')",
}

// harmless reports whether a query does no harm without the gate: it returns
// data about DuckDB itself, or its effects end with the child. The gate refuses
// these queries too.
func harmless(text string) bool {
	for _, start := range []string{"CALL pragma", "SELECT * FROM duckdb_", "SELECT * FROM information_schema", "SELECT current_setting", "CREATE SECRET", "PRAGMA enable_profiling", "SELECT * FROM enable_logging", "SELECT * FROM enable_profiling"} {
		if strings.HasPrefix(text, start) {
			return true
		}
	}
	return false
}

const secret = "canary-secret"

func outside(t *testing.T) string {
	t.Helper()
	out := t.TempDir()
	for name, text := range map[string]string{"secret.txt": secret, "data.csv": "a,b\n" + secret + ",2\n", "data.json": `{"a":"` + secret + `"}` + "\n"} {
		if err := os.WriteFile(filepath.Join(out, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// print lists the files below the directories, with their contents.
func print(t *testing.T, folders ...string) string {
	t.Helper()
	var b strings.Builder
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := d.Info()
			if err != nil {
				return err
			}
			var text []byte
			if info.Mode().IsRegular() {
				text, err = os.ReadFile(path)
			}
			fmt.Fprintf(&b, "%s %s %x\n", path, info.Mode(), sha256.Sum256(text))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func TestEscapesFailAtEitherWallAlone(t *testing.T) {
	for _, gateOff := range []bool{false, true} {
		t.Run(fmt.Sprintf("gate off %v", gateOff), func(t *testing.T) {
			t.Setenv("AWS_SECRET_ACCESS_KEY", secret)
			f := newLake(t)
			out := outside(t)
			q := f.open(t, Options{gateOff: gateOff})
			works(t, q)
			before := print(t, f.root, out)
			for _, text := range escapes {
				text = strings.NewReplacer("OUT", out, "IN", f.root).Replace(text)
				rows, err := rowsOf(t, q, text)
				if err == nil && (!gateOff || !harmless(text)) {
					t.Errorf("%s: done", text)
				}
				if strings.Contains(fmt.Sprint(rows, err), secret) {
					t.Errorf("%s: the secret is out", text)
				}
				if now := print(t, f.root, out); now != before {
					t.Fatalf("%s: changed files\n%s\n%s", text, before, now)
				}
			}
			if !gateOff {
				works(t, q)
			}
		})
	}
}

// probe confines this process like a child and tries every operation, with a
// DuckDB that has no locks. It prints the operations that succeeded.
func probe(root, out string) int {
	confined, err := confine(root)
	if err != nil {
		fmt.Println("confine:", err)
		return 1
	}
	db, err := sql.Open("duckdb", "")
	if err != nil {
		fmt.Println("open:", err)
		return 1
	}
	defer func() { _ = db.Close() }()
	ctx := context.Background()
	// This query starts DuckDB's threads before the confinement is complete.
	if _, err := db.ExecContext(ctx, "SELECT sum(i) FROM range(10000000) AS r(i)"); err != nil {
		fmt.Println("open:", err)
		return 1
	}
	if err := seal(root); err != nil {
		fmt.Println("seal:", err)
		return 1
	}
	fmt.Println("confined:", confined)
	tries := map[string]func() error{
		"open":     func() error { _, err := os.ReadFile(out + "/secret.txt"); return err },
		"passwd":   func() error { _, err := os.ReadFile("/etc/passwd"); return err },
		"status":   func() error { _, err := os.ReadFile("/proc/self/status"); return err },
		"list":     func() error { _, err := os.ReadDir(out); return err },
		"create":   func() error { return os.WriteFile(root+"/new", nil, 0o600) },
		"write":    func() error { return os.WriteFile(root+"/people.json", []byte("x"), 0o600) },
		"truncate": func() error { return os.Truncate(root+"/people.json", 0) },
		"remove":   func() error { return os.Remove(root + "/people.json") },
		"rename":   func() error { return os.Rename(root+"/people.json", root+"/other.json") },
		"link":     func() error { return os.Link(root+"/people.json", root+"/other.json") },
		"symlink":  func() error { return os.Symlink("/etc/passwd", root+"/link.json") },
		"mkdir":    func() error { return os.Mkdir(root+"/folder", 0o700) },
		"chmod":    func() error { return os.Chmod(root+"/people.json", 0o777) },
		"times":    func() error { return os.Chtimes(root+"/people.json", time.Time{}, time.Unix(0, 0)) },
		"chown":    func() error { return os.Chown(root+"/people.json", 1, 1) },
		"run":      func() error { return exec.CommandContext(ctx, "/bin/true").Run() },
		"self":     func() error { return exec.CommandContext(ctx, "/proc/self/exe").Run() },
		"dial":     func() error { _, err := (&net.Dialer{}).DialContext(ctx, "tcp", "127.0.0.1:1"); return eperm(err) },
		"udp":      func() error { _, err := (&net.Dialer{}).DialContext(ctx, "udp", "127.0.0.1:1"); return eperm(err) },
		"unix":     func() error { _, err := (&net.Dialer{}).DialContext(ctx, "unix", "/run/x"); return eperm(err) },
		"signal":   func() error { return unix.Kill(os.Getppid(), 0) },
		"trace":    func() error { return unix.PtraceAttach(os.Getppid()) },
	}
	for name, query := range map[string]string{
		"read_text": "SELECT * FROM read_text('" + out + "/secret.txt')", "csv": "SELECT * FROM '" + out + "/data.csv'",
		"copy": "COPY (SELECT 42) TO '" + root + "/x.csv'", "copy out": "COPY (SELECT 42) TO '" + out + "/x.csv'",
		"attach": "ATTACH '" + root + "/x.db' AS x", "export": "EXPORT DATABASE '" + root + "/x'",
		"parallel": "SELECT count(*) FROM read_csv(['" + out + "/data.csv', '" + out + "/data.csv', '" + out + "/data.csv', '" + out + "/data.csv'])",
	} {
		tries["duckdb "+name] = func() error { _, err := db.ExecContext(ctx, query); return err }
	}
	for name, try := range tries {
		// Many threads try at once, because a single unconfined thread would be
		// an escape.
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				runtime.LockOSThread()
				if try() == nil {
					fmt.Println("succeeded:", name)
				}
			})
		}
		group.Wait()
	}
	if _, err := os.ReadFile(root + "/people.json"); err != nil {
		fmt.Println("the lake cannot be read:", err)
	}
	return 0
}

// eperm returns nil for an error that is not a permission error, so that the
// attempt counts as a success.
func eperm(err error) error {
	if errors.Is(err, fs.ErrPermission) {
		return err
	}
	return nil
}

func TestWithoutAnyLockOfDuckDBTheProcessCanStillDoNothing(t *testing.T) {
	f := newLake(t)
	out := outside(t)
	before := print(t, f.root, out)
	said, err := exec.CommandContext(t.Context(), "/proc/self/exe", "probe", f.root, out).CombinedOutput()
	if err != nil || !strings.HasPrefix(string(said), "confined: ") || strings.Count(string(said), "\n") != 1 {
		t.Errorf("%v\n%s", err, said)
	}
	if now := print(t, f.root, out); now != before {
		t.Errorf("changed files\n%s\n%s", before, now)
	}
}

func TestTheProcessItselfIsConfined(t *testing.T) {
	f := newLake(t)
	var c *child
	q := f.open(t, Options{started: func(made *child) { c = made }})
	works(t, q)
	pid := strconv.Itoa(c.cmd.Process.Pid)
	tasks, err := os.ReadDir("/proc/" + pid + "/task")
	if err != nil || len(tasks) < 2 {
		t.Fatal(tasks, err)
	}
	for _, task := range tasks {
		status, err := os.ReadFile("/proc/" + pid + "/task/" + task.Name() + "/status")
		if err != nil {
			continue // a thread may have exited
		}
		for _, want := range []string{"NoNewPrivs:\t1", "Seccomp:\t2"} {
			if !strings.Contains(string(status), want) {
				t.Errorf("thread %s has not %s", task.Name(), want)
			}
		}
	}
	environ, err := os.ReadFile("/proc/" + pid + "/environ")
	if err != nil || len(environ) != 0 {
		t.Errorf("the child's environment: %q, %v", environ, err)
	}
	for _, line := range []string{"Max core file size        0                    0", "Max file size             0                    0", "Max open files            256                  256"} {
		limits, err := os.ReadFile("/proc/" + pid + "/limits")
		if err != nil || !strings.Contains(string(limits), line) {
			t.Errorf("no %q in\n%s", line, limits)
		}
	}
}

func TestInputsOutsideOfTheFolderCannotBeRead(t *testing.T) {
	f := newLake(t)
	out := outside(t)
	input := f.inputs["people"]
	input.Files[0].Path = filepath.Join(out, "data.json")
	q := f.open(t, Options{})
	_, err := rowsOf(t, q, "SELECT * FROM people")
	if err == nil || strings.Contains(err.Error(), out) || strings.Contains(err.Error(), secret) {
		t.Error(err)
	}
}

// A screen must respond while a query runs.
func TestAChildWorksBehindOthersWhenAsked(t *testing.T) {
	nice := func(o Options) string {
		var stat []byte
		o.started = func(c *child) {
			stat, _ = os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.cmd.Process.Pid))
		}
		works(t, newLake(t).open(t, o))
		_, rest, _ := strings.Cut(string(stat), ") ")
		return strings.Fields(rest)[16]
	}
	if ours, lowered := nice(Options{}), nice(Options{Nice: 15}); ours == "15" || lowered != "15" {
		t.Errorf("niceness %s, lowered %s", ours, lowered)
	}
}

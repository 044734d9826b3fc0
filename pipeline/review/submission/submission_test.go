package submission

import (
	"archive/zip"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

const pythonText = "import sys\nfrom awsglue.context import GlueContext\n"

func put(t *testing.T, root, name, text string) {
	t.Helper()
	file := filepath.Join(root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func opened(t *testing.T, target string, limits Limits) *Submission {
	t.Helper()
	s, err := Open(t.Context(), target, limits)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func kindsOf(s *Submission) map[string]Kind {
	kinds := map[string]Kind{}
	for _, f := range s.Files {
		kinds[f.Name] = f.Kind
	}
	return kinds
}

func noted(s *Submission, where, message string) bool {
	for _, n := range s.Notes {
		if n.Where == where && strings.Contains(n.Message, message) {
			return true
		}
	}
	return false
}

func TestFilesAreRecognisedByTheirContent(t *testing.T) {
	root := t.TempDir()
	want := map[string]Kind{
		"a.py": Script, "b.sql": DDL, "python.sql": Script, "job.json": Script, "table.json": DDL, "README.md": Readme, "x.PNG": Picture,
		"other.json": Other, "job.py (1)": Script, "ddl.txt": DDL, "notes.txt": Readme,
	}
	for name, text := range map[string]string{
		"a.py": pythonText, "b.sql": "create external table t (a int)", "python.sql": pythonText, "job.json": `{"script": "import sys\n"}`,
		"table.json": `{"Table": {"StorageDescriptor": {}}}`, "README.md": "create table", "x.PNG": "x", "other.json": "{}", "job.py (1)": pythonText,
		"ddl.txt": "CREATE EXTERNAL TABLE t (a int)", "notes.txt": "hello", ".git/config": "x", "__MACOSX/a.py": pythonText,
	} {
		put(t, root, name, text)
	}
	got := kindsOf(opened(t, root, Usual()))
	if len(got) != len(want) {
		t.Errorf("files %v", got)
	}
	for name, kind := range want {
		if got[name] != kind {
			t.Errorf("%s: kind %d, want %d", name, got[name], kind)
		}
	}
}

func TestAHostileFolderIsReported(t *testing.T) {
	root, outside := t.TempDir(), t.TempDir()
	put(t, outside, "secret.py", "secret")
	put(t, root, "\x1b[31mred\u202e.py", pythonText)
	put(t, root, strings.Repeat("d/", 40)+"deep.py", pythonText)
	for name, to := range map[string]string{"link.py": filepath.Join(outside, "secret.py"), "folder": outside, "loop": "."} {
		if err := os.Symlink(to, filepath.Join(root, name)); err != nil {
			t.Fatal(err)
		}
	}
	huge, err := os.Create(filepath.Join(root, "huge.py"))
	if err != nil {
		t.Fatal(err)
	}
	if err := huge.Truncate(1 << 30); err != nil {
		t.Fatal(err)
	}
	if err := huge.Close(); err != nil {
		t.Fatal(err)
	}
	s := opened(t, root, Usual())
	for _, f := range s.Files {
		if strings.ContainsAny(f.Name, "\x1b\u202e\n") || strings.Contains(f.Text, "secret") {
			t.Errorf("hostile: %q", f.Name)
		}
	}
	for _, where := range []string{"link.py", "folder", "loop"} {
		if !noted(s, where, "not followed") {
			t.Errorf("%s is not noted: %v", where, s.Notes)
		}
	}
	if !noted(s, "huge.py", "1,073,741,824 bytes are too many") {
		t.Errorf("the large script is not noted: %v", s.Notes)
	}
	if len(s.Notes) != 5 {
		t.Errorf("the deep folder is not noted: %v", s.Notes)
	}
}

func TestLimits(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"a.py", "b.py", "c.py"} {
		put(t, root, name, pythonText)
	}
	limits := Usual()
	limits.Files = 2
	if s := opened(t, root, limits); len(s.Files) != 2 || !noted(s, "", "only the first 2 files") {
		t.Errorf("%d files, %v", len(s.Files), s.Notes)
	}
	limits = Usual()
	limits.AllText = 10
	if s := opened(t, root, limits); len(s.Of(Script)) != 1 || len(s.Notes) != 2 {
		t.Errorf("%d scripts, %v", len(s.Of(Script)), s.Notes)
	}
}

func zipOf(t *testing.T, f func(*zip.Writer)) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f(w)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "s.zip")
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestAHostileZipIsReported(t *testing.T) {
	target := zipOf(t, func(w *zip.Writer) {
		for name, text := range map[string]string{"ok/a.py": pythonText, "../out.py": pythonText, "/root.py": pythonText, `win\b.py`: pythonText, "bomb.py": strings.Repeat("\x00", 8<<20), "link.py": "/etc/passwd"} {
			h := &zip.FileHeader{Name: name, Method: zip.Deflate}
			if name == "link.py" {
				h.SetMode(os.ModeSymlink | 0o777)
			}
			e, err := w.CreateHeader(h)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := e.Write([]byte(text)); err != nil {
				t.Fatal(err)
			}
		}
	})
	s := opened(t, target, Usual())
	if got := kindsOf(s); got["ok/a.py"] != Script || got["win/b.py"] != Script || len(s.Of(Script)) != 2 {
		t.Errorf("files %v", got)
	}
	for where, message := range map[string]string{"../out.py": "leads out", "/root.py": "leads out", "bomb.py": "too many", "link.py": "not followed"} {
		if !noted(s, where, message) {
			t.Errorf("%s is not noted: %v", where, s.Notes)
		}
	}
}

// TestAnArchiveThatLiesAboutItsSizes unpacks more than its directory says.
func TestAnArchiveThatLiesAboutItsSizes(t *testing.T) {
	target := zipOf(t, func(w *zip.Writer) {
		e, err := w.Create("a.py")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Write(bytes.Repeat([]byte("x = 1\n"), 1<<20)); err != nil {
			t.Fatal(err)
		}
	})
	data, err := os.ReadFile(target)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.LastIndex(data, []byte("PK\x01\x02"))
	copy(data[at+24:], []byte{10, 0, 0, 0}) // the size in the directory
	if err := os.WriteFile(target, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if s := opened(t, target, Usual()); len(s.Of(Script)) != 0 || len(s.Notes) != 1 {
		t.Errorf("scripts %d, %v", len(s.Of(Script)), s.Notes)
	}
}

func TestABareGitDirectory(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	work, bare := t.TempDir(), filepath.Join(t.TempDir(), "bare.git")
	git := func(dir string, args ...string) {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), "git", append([]string{"-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=trunk"}, args...)...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v\n%s", args, err, out)
		}
	}
	git(work, "init", "-q")
	long := pythonText + strings.Repeat("x = 'abcdefgh'\n", 4000)
	put(t, work, "src/a.py", long)
	git(work, "add", "-A")
	git(work, "commit", "-qm", "one")
	put(t, work, "src/a.py", long+"y = 2\n")
	put(t, work, "b.sql", "create table t (a int)")
	if err := os.Symlink("/etc/passwd", filepath.Join(work, "link.py")); err != nil {
		t.Fatal(err)
	}
	git(work, "add", "-A")
	git(work, "commit", "-qm", "two")
	verify := func(target string) {
		t.Helper()
		s := opened(t, target, Usual())
		if len(s.Files) != 2 || s.Files[1].Text != long+"y = 2\n" || s.Files[1].Size != int64(len(long)+6) || !noted(s, "link.py", "not followed") {
			t.Errorf("%s: files %d, %v", target, len(s.Files), s.Notes)
		}
	}
	verify(filepath.Join(work, ".git")) // loose objects
	git(work, "clone", "-q", "--bare", work, bare)
	git(bare, "gc", "-q", "--aggressive")
	verify(bare)
	only := t.TempDir()
	if err := os.Rename(filepath.Join(work, ".git"), filepath.Join(only, ".git")); err != nil {
		t.Fatal(err)
	}
	verify(only) // a folder that holds nothing else
}

func TestALakeInTheTarget(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"customer/landing/customer-1.json", "accelerometer/landing/a-1.json", "step_trainer/landing/s.json"} {
		put(t, root, "starter/"+name, "{}\n")
	}
	if s := opened(t, root, Usual()); s.Lake != "starter" || s.Derived {
		t.Errorf("lake %q, derived %v", s.Lake, s.Derived)
	}
	put(t, root, "starter/customer/trusted/part-00000.json", "{}\n")
	if s := opened(t, root, Usual()); s.Lake != "starter" || !s.Derived {
		t.Errorf("lake %q, derived %v", s.Lake, s.Derived)
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{"", "a\r\nb", "\xff\xfea\x00", "\xfe\xff\x00a", `{\rtf1{\fonttbl x}a\par\'93\u8364?b\}}`, "\xef\xbb\xbfx", "\xe9"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		text, _, ok := Decode(data)
		if ok && !utf8.ValidString(text) {
			t.Errorf("%q is not UTF-8", text)
		}
	})
}

package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"stedi/tui"
)

// another is the id of a user who owns no files here.
const another = 65534

// outcomeOf runs the program to its end, and returns its exit code and output.
func outcomeOf(t *testing.T, cmd *exec.Cmd) (code int, text string) {
	t.Helper()
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		if _, ok := errors.AsType[*exec.ExitError](err); !ok {
			t.Fatal(err)
		}
	}
	return cmd.ProcessState.ExitCode(), out.String()
}

// anotherUser prepares the program to run as another user with a folder for
// temporary files.
func anotherUser(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can become another user")
	}
	folder := openFolder(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	own := filepath.Join(folder, "stedi")
	if err := errors.Join(os.WriteFile(own, text, 0o755), os.Mkdir(filepath.Join(folder, "tmp"), 0o755), os.Chown(filepath.Join(folder, "tmp"), another, another)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), own, args...)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), append([]string{"HOME=/nonexistent", "TMPDIR=" + filepath.Join(folder, "tmp")}, env...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: another, Gid: another}}
	return cmd
}

// openFolder creates a folder that every user may enter, unlike the temporary
// folder of a test and its parents.
func openFolder(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "stedi-test-") //nolint:usetesting // see above
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	if err := os.Chmod(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	return folder
}

// owned changes the owner of a folder and its content to the other user.
func owned(t *testing.T, folder string) {
	t.Helper()
	err := filepath.WalkDir(folder, func(at string, _ os.DirEntry, err error) error {
		return errors.Join(err, os.Lchown(at, another, another))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// If the diagnostics find nothing, a run succeeds; if they find a problem, a
// run fails with the same exit code.
func TestTheDoctorFindsWhatARunMeets(t *testing.T) {
	for name, c := range map[string]struct {
		rootOwns bool   // root owns the lake
		rootRan  bool   // root has run in the lake
		closed   string // a file or folder in the lake without any permission
		rootMade string // a folder in the lake that root has created
		env      []string
		code     int
		says     string
	}{
		"nothing":                 {says: "ready for a run"},
		"another user's lake":     {rootOwns: true, code: 4, says: "sudo chown -R 65534 "},
		"what root has left":      {rootRan: true, code: 4, says: ".stedi: this user may not write there"},
		"a file without a reader": {closed: "customer/landing/customer-00001.json", rootOwns: true, code: 4, says: "customer-00001.json readable"},
		"a folder without one":    {closed: "customer/landing", code: 4, rootOwns: true, says: "customer/landing readable"},
		"a closed lake":           {closed: ".", rootOwns: true, code: 4, says: "cannot be entered"},
		"a table's folder":        {rootMade: "customer/trusted", code: 4, says: "customer/trusted: this user may not write there"},
		"no temporary folder":     {env: []string{"TMPDIR=/nonexistent"}, code: 3, says: "Set TMPDIR"},
		"a closed temporary one":  {env: []string{"TMPDIR=/etc"}, code: 4, says: "Set TMPDIR"},
		"a home of another user":  {env: []string{"HOME=/root", "XDG_STATE_HOME=/root/x"}, says: "ready for a run"},
	} {
		t.Run(name, func(t *testing.T) {
			if os.Geteuid() != 0 {
				t.Skip("only root can become another user")
			}
			lake := filepath.Join(openFolder(t), "lake")
			if err := os.CopyFS(lake, os.DirFS(filepath.Join("..", "..", "testdata", "sample"))); err != nil {
				t.Fatal(err)
			}
			if !c.rootOwns {
				owned(t, lake)
			}
			if c.rootRan {
				if code, text := outcomeOf(t, command(t, nil, "--batch", "--lake", lake)); code != 0 {
					t.Fatal(text)
				}
			}
			if c.rootMade != "" {
				if err := os.MkdirAll(filepath.Join(lake, filepath.FromSlash(c.rootMade)), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			if c.closed != "" {
				if err := os.Chmod(filepath.Join(lake, filepath.FromSlash(c.closed)), 0); err != nil {
					t.Fatal(err)
				}
			}
			before := tree(t, lake)
			code, text := outcomeOf(t, anotherUser(t, c.env, "doctor", "--lake", lake))
			if code != c.code || !strings.Contains(text, c.says) {
				t.Errorf("the doctor ends with %d, want %d and %q:\n%s", code, c.code, c.says, text)
			}
			if after := tree(t, lake); after != before {
				t.Errorf("it leaves a trace:\n%s", after)
			}
			if code, text := outcomeOf(t, anotherUser(t, c.env, "--batch", "--lake", lake)); code != c.code {
				t.Errorf("a run ends with %d, want %d:\n%s", code, c.code, text)
			}
		})
	}
}

// tree lists all names below a folder.
func tree(t *testing.T, folder string) string {
	t.Helper()
	var names strings.Builder
	err := filepath.WalkDir(folder, func(at string, _ os.DirEntry, err error) error {
		names.WriteString(at + "\n")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names.String()
}

func TestSettingsThatCannotBeReadAreANote(t *testing.T) {
	home := openFolder(t)
	file := filepath.Join(home, ".config", "stedi", "stedi.toml")
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte("threads = 1\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	code, text := outcomeOf(t, anotherUser(t, []string{"HOME=" + home}, "version"))
	if code != 0 || !strings.Contains(text, "note: your settings are not used: "+file) {
		t.Errorf("a file that cannot be read: %d, %s", code, text)
	}
	if err := os.Chmod(home, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, env := range [][]string{{"HOME=" + home}, {"HOME=/nonexistent", "XDG_CONFIG_HOME=" + filepath.Join(home, ".config")}} {
		if code, text := outcomeOf(t, anotherUser(t, env, "version")); code != 0 || strings.Contains(text, "note") {
			t.Errorf("a home that cannot be entered: %d, %s", code, text)
		}
	}
}

// A shell starts nohup and background jobs with some signals ignored.
func TestASignalThatIsIgnoredAtTheStartStaysSo(t *testing.T) {
	for _, c := range []struct {
		name, trap string
		signal     syscall.Signal
		code       int
	}{
		{"SIGHUP ignored", "trap '' HUP; ", syscall.SIGHUP, 0},
		{"SIGINT ignored", "trap '' INT; ", syscall.SIGINT, 0},
		{"SIGHUP", "", syscall.SIGHUP, 129},
	} {
		t.Run(c.name, func(t *testing.T) {
			lake := sampleLake(t)
			cmd := command(t, nil)
			sh := exec.CommandContext(t.Context(), "sh", "-c", c.trap+`exec "$0" run --steered --lake "$1"`, cmd.Path, lake)
			sh.Env = cmd.Env
			events, err := sh.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			steering, err := sh.StdinPipe() // while it is open, the run continues
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = steering.Close() }()
			if err := sh.Start(); err != nil {
				t.Fatal(err)
			}
			if _, err := events.Read(make([]byte, 1)); err != nil {
				t.Fatal(err)
			}
			if err := sh.Process.Signal(c.signal); err != nil {
				t.Fatal(err)
			}
			var rest bytes.Buffer
			_, _ = rest.ReadFrom(events)
			_ = sh.Wait()
			if code := sh.ProcessState.ExitCode(); code != c.code {
				t.Errorf("it ends with %d, want %d", code, c.code)
			}
		})
	}
}

func TestTheScreensWriteNothingIntoALake(t *testing.T) {
	for lake, shows := range map[string]string{sampleLake(t): "machine_learning_curated", t.TempDir(): "This lake is empty"} {
		before := tree(t, lake)
		s := startSession(t, screens(t, nil, "--lake", lake))
		s.shows(shows)
		s.press("4")
		s.shows("CHECKS")
		s.press("v") // runs the checks
		s.shows("failed")
		s.press("\x03") // q would close the error panel
		s.ends(0)
		if after := tree(t, lake); after != before {
			t.Errorf("they leave a trace:\n%s", after)
		}
	}
}

func TestAStateFolderThatCannotBeWrittenIsANote(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	p := &program{process: process{stderr: &stderr}}
	if err := p.rememberIn(filepath.Join(file, "lakes", "lake.json"))(tui.Remembered{}); err != nil {
		t.Error(err)
	}
	if !strings.Contains(stderr.String(), "note: ") || !strings.Contains(stderr.String(), "XDG_STATE_HOME") {
		t.Errorf("it says %q", stderr.String())
	}
}

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// In tmux, a copied text is in the buffer of tmux, independent of the terminal.
func TestACopyArrivesInTmux(t *testing.T) {
	tmux, err := exec.LookPath("tmux")
	if err != nil {
		t.Skip("there is no tmux here:", err)
	}
	// The path of a socket must be short.
	folder, err := os.MkdirTemp("", "tmux") //nolint:usetesting // the path of a test's own folder is too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	cmd := screens(t, nil, "--lake", sampleLake(t))
	ask := func(args ...string) string {
		ask := exec.Command(tmux, append([]string{"-S", filepath.Join(folder, "s"), "-f", os.DevNull}, args...)...)
		ask.Env = append(slices.Clone(cmd.Env), "TMUX=", "LC_ALL=C.UTF-8", "TERM=xterm-256color", "DISPLAY=", "WAYLAND_DISPLAY=", "XDG_STATE_HOME="+folder)
		out, err := ask.CombinedOutput()
		if err != nil && args[0] != "show-buffer" {
			t.Fatalf("tmux %v: %v: %s", args, err, out)
		}
		return string(out)
	}
	ask(append([]string{"new-session", "-d", "-x", "100", "-y", "30"}, cmd.Args...)...)
	t.Cleanup(func() { ask("kill-server") })
	shows := func(text string) {
		t.Helper()
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for late := time.After(patient); ; {
			screen := ask("capture-pane", "-p")
			if strings.Contains(screen, text) {
				return
			}
			select {
			case <-tick.C:
			case <-late:
				t.Fatalf("%s never came about:\n%s", text, screen)
			}
		}
	}
	shows("machine_learning_curated")
	ask("send-keys", "y")
	shows("with tmux (load-buffer)")
	if got := ask("show-buffer"); strings.TrimSpace(got) != "accelerometer_landing" {
		t.Errorf("tmux has %q", got)
	}
}

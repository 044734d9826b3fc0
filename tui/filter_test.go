package tui

import (
	"os"
	"path/filepath"
	"testing"
)

// A filter that is not valid is not an error of what is shown after it, and does not
// replace an earlier failure.
func TestAFilterThatIsNotValidIsForgottenWithItsTable(t *testing.T) {
	wrong := func(d *driver) {
		d.press("home", "down", "enter", "/", "ctrl+a", "ctrl+k") // the prompt begins with the last one
		d.write("birthdy > '1900'")
		d.press("enter")
		d.shows(`there is no column "birthdy"`)
	}
	w := newWorld(t, "sample")
	w.open(t)
	w.make(t)
	d := start(t, w.options(t), 120, 36)
	wrong(d)
	d.press("esc", "1")
	d.hides("filter of", "press ! for details")
	wrong(d)
	d.press("/", "ctrl+a", "ctrl+k")
	d.write("birthDay > '1900'")
	d.press("enter")
	d.hides("filter of", "press ! for details")

	must(t, os.WriteFile(filepath.Join(w.root, "customer", "trusted", "part-r-00000"), []byte("{}\n"), 0o600))
	d = start(t, w.options(t), 120, 36)
	d.press("R", "esc")
	d.shows("run failed", "press ! for details")
	wrong(d)
	d.press("1")
	d.hides("birthdy")
	d.shows("run failed", "press ! for details")
}

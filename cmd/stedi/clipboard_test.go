package main

import (
	"context"
	"encoding/base64"
	"errors"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"

	"stedi/tui/ui"
)

func TestATextIsCopiedWithWhatIsThere(t *testing.T) {
	const text = "Zürich 😀"
	encoded := "\x1b]52;c;" + base64.StdEncoding.EncodeToString([]byte(text)) + "\a"
	inTmux := "\x1bPtmux;\x1b" + encoded + "\x1b\\"
	for _, c := range []struct {
		name      string
		env       []string
		system    string
		installed []string
		broken    []string
		want      ui.Copied
		ran       []string
	}{
		{"nothing", nil, "linux", nil, nil, ui.Copied{Send: encoded, To: "the terminal (OSC 52)"}, nil},
		{"Wayland", []string{"WAYLAND_DISPLAY=w", "DISPLAY=:0"}, "linux", []string{"wl-copy", "xclip"}, nil, ui.Copied{With: "wl-copy"}, []string{"wl-copy"}},
		{"tools without a display", nil, "linux", []string{"wl-copy", "xclip", "xsel", "clip.exe", "tmux"}, nil, ui.Copied{Send: encoded, To: "the terminal (OSC 52)"}, nil},
		{"X11", []string{"DISPLAY=:0"}, "linux", []string{"xclip", "xsel"}, nil, ui.Copied{With: "xclip"}, []string{"xclip -in -selection clipboard"}},
		{"a display that is gone", []string{"DISPLAY=:0"}, "linux", []string{"xclip", "xsel"}, []string{"xclip", "xsel"}, ui.Copied{Send: encoded, To: "the terminal (OSC 52)"}, []string{"xclip -in -selection clipboard", "xsel --input --clipboard"}},
		{"macOS", nil, "darwin", []string{"pbcopy"}, nil, ui.Copied{With: "pbcopy"}, []string{"pbcopy"}},
		{"Windows from Linux", []string{"WSL_DISTRO_NAME=d"}, "linux", []string{"clip.exe"}, nil, ui.Copied{With: "clip.exe"}, []string{"clip.exe"}},
		{"tmux", []string{"TMUX=/tmp/s,1,0", "TERM=screen"}, "linux", []string{"tmux"}, nil, ui.Copied{With: "tmux (load-buffer)"}, []string{"tmux load-buffer -w -"}},
		{"an old tmux", []string{"TMUX=/tmp/s,1,0"}, "linux", []string{"tmux"}, []string{"tmux load-buffer -w -"}, ui.Copied{With: "tmux (load-buffer)"}, []string{"tmux load-buffer -w -", "tmux load-buffer -"}},
		{"tmux on a desktop", []string{"TMUX=/tmp/s,1,0", "DISPLAY=:0"}, "linux", []string{"tmux", "xsel"}, nil, ui.Copied{With: "xsel and tmux (load-buffer)"}, []string{"xsel --input --clipboard", "tmux load-buffer -w -"}},
		{"tmux without its command", []string{"TMUX=/tmp/s,1,0"}, "linux", nil, nil, ui.Copied{Send: encoded + inTmux, To: "the terminal through tmux (OSC 52)"}, nil},
		{"another machine in tmux", []string{"TERM=tmux-256color"}, "linux", nil, nil, ui.Copied{Send: encoded + inTmux, To: "the terminal through tmux (OSC 52)"}, nil},
		{"GNU screen", []string{"STY=1.a", "TERM=screen"}, "linux", nil, nil, ui.Copied{Send: "\x1bP" + encoded + "\x1b\\", To: "the terminal through screen (OSC 52)"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			var ran []string
			clip := clipboards{
				system: c.system, terminal: true,
				env: func(name string) (string, bool) {
					for _, pair := range c.env {
						if value, ok := strings.CutPrefix(pair, name+"="); ok {
							return value, true
						}
					}
					return "", false
				},
				look: func(file string) (string, error) {
					if slices.Contains(c.installed, file) {
						return file, nil
					}
					return "", exec.ErrNotFound
				},
				give: func(_ context.Context, given string, command []string) error {
					line := strings.Join(command, " ")
					ran = append(ran, line)
					if given != text && (command[0] != "clip.exe" || given != wide(text)) {
						t.Errorf("%s is given %q", line, given)
					}
					if slices.Contains(c.broken, line) || slices.Contains(c.broken, command[0]) {
						return errors.New("no")
					}
					return nil
				},
			}
			got, err := clip.copy(t.Context(), text)
			if err != nil || got != c.want || !slices.Equal(ran, c.ran) {
				t.Errorf("%+v, %v, want %+v; it ran %q", got, err, c.want, ran)
			}
			if clip.terminal = false; c.want.Send != "" {
				if got, err := clip.copy(t.Context(), text); err == nil {
					t.Errorf("without control sequences it is %+v", got)
				}
			}
		})
	}
}

func TestTextForWindowsIsUTF16(t *testing.T) {
	if got, want := wide("aü😀"), "\xff\xfea\x00\xfc\x00\x3d\xd8\x00\xde"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
}

// GNU screen drops control sequences that exceed its buffer.
func TestALongTextGoesThroughScreenInParts(t *testing.T) {
	env := func(name string) (string, bool) { return map[string]string{"STY": "1"}[name], name == "STY" }
	text := strings.Repeat("long ", 1000)
	sent := clipboards{env: env}.request(text).Send
	var all strings.Builder
	for _, part := range regexp.MustCompile(`(?s)\x1bP(.*?)\x1b\\`).FindAllStringSubmatch(sent, -1) {
		if len(part[0]) > 256 {
			t.Errorf("a part of %d bytes", len(part[0]))
		}
		all.WriteString(part[1])
	}
	if want := "\x1b]52;c;" + base64.StdEncoding.EncodeToString([]byte(text)) + "\a"; all.String() != want {
		t.Errorf("%.80q arrives", all.String())
	}
}

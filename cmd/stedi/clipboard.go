package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/charmbracelet/x/ansi"

	"stedi/tui/ui"
)

// clipboardTime is the timeout of a clipboard tool.
const clipboardTime = 5 * time.Second

// clipboards copies texts with the tools of this system.
type clipboards struct {
	env      func(string) (string, bool)
	system   string // like runtime.GOOS
	terminal bool   // the terminal supports control sequences
	look     func(file string) (string, error)
	give     func(ctx context.Context, text string, command []string) error
}

func (p *program) clipboards(terminal bool) clipboards {
	return clipboards{env: p.env, system: runtime.GOOS, terminal: terminal, look: exec.LookPath, give: give}
}

// copyTool is a command that copies its stdin to a clipboard.
type copyTool struct {
	name    string // displayed name
	command []string
	wide    bool // it reads UTF-16
}

// tools returns the commands for the available clipboards: those of the system
// in order of preference, and those of tmux.
func (c clipboards) tools() (system, tmux []copyTool) {
	set := func(name string) bool { value, _ := c.env(name); return value != "" }
	if c.system == "darwin" {
		system = append(system, copyTool{"pbcopy", []string{"pbcopy"}, false})
	}
	if set("WAYLAND_DISPLAY") {
		system = append(system, copyTool{"wl-copy", []string{"wl-copy"}, false})
	}
	if set("DISPLAY") {
		system = append(system, copyTool{"xclip", []string{"xclip", "-in", "-selection", "clipboard"}, false},
			copyTool{"xsel", []string{"xsel", "--input", "--clipboard"}, false})
	}
	if c.system == "windows" || set("WSL_DISTRO_NAME") || set("WSL_INTEROP") {
		system = append(system, copyTool{"clip.exe", []string{"clip.exe"}, true})
	}
	if set("TERMUX_VERSION") {
		system = append(system, copyTool{"termux-clipboard-set", []string{"termux-clipboard-set"}, false})
	}
	if set("TMUX") {
		tmux = []copyTool{
			{"tmux (load-buffer)", []string{"tmux", "load-buffer", "-w", "-"}, false},
			{"tmux (load-buffer)", []string{"tmux", "load-buffer", "-"}, false}, // tmux before 3.2
		}
	}
	return system, tmux
}

// copy copies a text to the clipboards of the system and of tmux. If neither
// works, it returns a request to the terminal, whose success is unknown.
func (c clipboards) copy(ctx context.Context, text string) (ui.Copied, error) {
	ctx, cancel := context.WithTimeout(ctx, clipboardTime)
	defer cancel()
	system, tmux := c.tools()
	var with []string
	var errs []error
	for _, tools := range [][]copyTool{system, tmux} {
		name, err := c.first(ctx, text, tools)
		if name != "" {
			with = append(with, name)
		} else {
			errs = append(errs, err)
		}
	}
	if len(with) > 0 {
		return ui.Copied{With: strings.Join(with, " and ")}, nil
	}
	if !c.terminal {
		if err := errors.Join(errs...); err != nil {
			return ui.Copied{}, err
		}
		return ui.Copied{}, errors.New("no clipboard tool found: install wl-clipboard, xclip or xsel, or use tmux")
	}
	return c.request(text), nil
}

// first copies a text with the first tool that succeeds. It skips tools that
// are not installed.
func (c clipboards) first(ctx context.Context, text string, tools []copyTool) (name string, err error) {
	for _, t := range tools {
		if _, e := c.look(t.command[0]); e != nil {
			continue
		}
		given := text
		if t.wide {
			given = wide(text)
		}
		if e := c.give(ctx, given, t.command); e != nil {
			err = fmt.Errorf("%s: %w", t.name, e)
			continue
		}
		return t.name, nil
	}
	return "", err
}

// give runs a command with a text on its stdin. It discards the output, because
// some tools continue in the background and would keep a pipe open.
func give(ctx context.Context, text string, command []string) error {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...) // one of the tools above
	cmd.Stdin = strings.NewReader(text)
	return cmd.Run()
}

// wide returns a text in UTF-16 with a byte order mark.
func wide(text string) string {
	var b strings.Builder
	for _, unit := range append([]uint16{0xfeff}, utf16.Encode([]rune(text))...) {
		b.WriteByte(byte(unit))
		b.WriteByte(byte(unit >> 8))
	}
	return b.String()
}

// screenChunk is the number of bytes that GNU screen passes on at a time: old
// versions accept 256 bytes including the control sequence.
const screenChunk = 240

// request asks the terminal to take a text (OSC 52), through whatever program stands
// between it and this program, and says what it is sent to. tmux takes the
// request itself if set-clipboard is on, and passes it on if allow-passthrough
// is.
func (c clipboards) request(text string) ui.Copied {
	plain := ansi.SetSystemClipboard(text)
	name, _ := c.env("TERM")
	tmux, _ := c.env("TMUX")
	screen, _ := c.env("STY")
	switch {
	case tmux != "" || strings.HasPrefix(name, "tmux"):
		return ui.Copied{Send: plain + ansi.TmuxPassthrough(plain), To: "the terminal through tmux (OSC 52)"}
	case screen != "":
		return ui.Copied{Send: ansi.ScreenPassthrough(plain, screenChunk), To: "the terminal through screen (OSC 52)"}
	default:
		return ui.Copied{Send: plain, To: "the terminal (OSC 52)"}
	}
}

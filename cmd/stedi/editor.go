package main

import (
	"cmp"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"stedi/pipeline"
)

// ownEditor prepares the reader's own editor ($VISUAL, $EDITOR or vi) for a
// text.
func (p *program) ownEditor(text string) (edit *exec.Cmd, finish func() (string, error), err error) {
	words, err := p.editorCommand()
	if err != nil {
		return nil, nil, err
	}
	file, err := os.CreateTemp("", "stedi-*.sql")
	if err != nil {
		return nil, nil, err
	}
	name := file.Name()
	_, err = file.WriteString(text)
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, nil, errors.Join(err, os.Remove(name))
	}
	finish = func() (string, error) {
		edited, err := os.ReadFile(name)
		return string(edited), errors.Join(err, os.Remove(name))
	}
	return exec.Command(words[0], append(words[1:], name)...), finish, nil //nolint:gosec,noctx // the reader's own choice, which ends when they end it
}

// editorCommand is the editor with its arguments. A value that is itself the
// name of a program may hold spaces without quotes.
func (p *program) editorCommand() ([]string, error) {
	for _, name := range []string{"VISUAL", "EDITOR"} {
		value, _ := p.env(name)
		value = strings.TrimSpace(value)
		if value == "" {
			continue
		}
		if _, err := exec.LookPath(value); err == nil {
			return []string{value}, nil
		}
		words, err := splitCommand(value, runtime.GOOS == "windows")
		if err != nil || len(words) == 0 {
			return nil, pipeline.Fail(pipeline.BadUsage, "", `Write it as in a shell, such as "/opt/my editor/bin/edit" --wait.`,
				"$%s: %w", name, cmp.Or(err, errors.New("it names no program")))
		}
		if rest, ok := strings.CutPrefix(words[0], "~/"); ok {
			home, _ := p.env("HOME")
			words[0] = filepath.Join(home, rest)
		}
		if _, err := exec.LookPath(words[0]); err != nil {
			return nil, pipeline.Fail(pipeline.BadUsage, "", "Install the program, or set $"+name+" to one that is installed.", "$%s: %w", name, err)
		}
		return words, nil
	}
	return []string{"vi"}, nil
}

// splitCommand splits a command into words as a POSIX shell does: at spaces,
// outside of quotes. In single quotes every character stands for itself; in
// double quotes a backslash does unless $, `, " or another one follows. With
// paths of Windows a backslash is never special outside of double quotes.
func splitCommand(text string, windows bool) ([]string, error) {
	var words []string
	var word strings.Builder
	began := false
	quote := rune(0)
	letters := []rune(text)
	for i := 0; i < len(letters); i++ {
		r := letters[i]
		next := rune(0)
		if i+1 < len(letters) {
			next = letters[i+1]
		}
		switch {
		case quote == '\'' && r != quote:
			word.WriteRune(r)
		case r == '\\' && quote == 0 && !windows && next == 0:
			return nil, errors.New("it ends in a backslash")
		case r == '\\' && (quote == 0 && !windows || quote == '"' && next != 0 && strings.ContainsRune("$`\"\\", next) && !(windows && next == '\\')):
			word.WriteRune(next)
			began = true
			i++
		case r == quote && quote != 0:
			quote = 0
		case quote == 0 && (r == '\'' || r == '"'):
			quote, began = r, true
		case quote == 0 && strings.ContainsRune(" \t\n", r):
			if began {
				words = append(words, word.String())
				word.Reset()
				began = false
			}
		default:
			word.WriteRune(r)
			began = true
		}
	}
	if quote != 0 {
		return nil, errors.New("a quote is not closed")
	}
	if began {
		words = append(words, word.String())
	}
	return words, nil
}

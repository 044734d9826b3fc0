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

// ownEditor prepares the user's editor ($VISUAL, $EDITOR or vi) for a text.
// finish returns the edited text and removes the temporary file.
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
	return exec.Command(words[0], append(words[1:], name)...), finish, nil //nolint:noctx // the user ends the editor
}

// editorCommand returns the editor and its arguments. If the whole value is the
// path of a program, its spaces need no quotes.
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
				"$%s: %w", name, cmp.Or(err, errors.New("it does not name a program")))
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

// splitCommand splits a command into words like a POSIX shell: at white space
// outside of quotes. In single quotes all characters are literal; in double
// quotes a backslash is literal unless $, `, " or a backslash follows. On
// Windows a backslash is special only before a double quote inside double
// quotes.
func splitCommand(text string, windows bool) ([]string, error) {
	s := splitter{windows: windows}
	letters := []rune(text)
	for i := 0; i < len(letters); i++ {
		next := rune(-1)
		if i+1 < len(letters) {
			next = letters[i+1]
		}
		if letters[i] == '\\' && s.escapes(next) {
			if next < 0 {
				return nil, errors.New("it ends in a backslash")
			}
			s.put(next)
			i++
			continue
		}
		s.take(letters[i])
	}
	if s.quote != 0 {
		return nil, errors.New("a quote is not closed")
	}
	s.end()
	return s.words, nil
}

// splitter is the state of splitCommand.
type splitter struct {
	windows bool
	words   []string
	word    strings.Builder
	begun   bool // a word has started; it may be empty
	quote   rune // the open quote; 0 outside of quotes
}

// escapes reports whether a backslash escapes the next character; next is -1 at
// the end of the text.
func (s *splitter) escapes(next rune) bool {
	switch s.quote {
	case '\'':
		return false
	case '"':
		return next == '"' || !s.windows && next > 0 && strings.ContainsRune("$`\\", next)
	default:
		return !s.windows
	}
}

func (s *splitter) take(r rune) {
	switch {
	case s.quote != 0 && r == s.quote:
		s.quote = 0
	case s.quote == 0 && (r == '\'' || r == '"'):
		s.quote, s.begun = r, true
	case s.quote == 0 && strings.ContainsRune(" \t\n", r):
		s.end()
	default:
		s.put(r)
	}
}

func (s *splitter) put(r rune) {
	s.word.WriteRune(r)
	s.begun = true
}

func (s *splitter) end() {
	if s.begun {
		s.words = append(s.words, s.word.String())
	}
	s.word.Reset()
	s.begun = false
}

package main

import (
	"cmp"
	"errors"
	"os"
	"os/exec"
	"strings"
)

// ownEditor prepares the reader's own editor ($VISUAL, $EDITOR or vi) for a
// text.
func (p *program) ownEditor(text string) (edit *exec.Cmd, finish func() (string, error), err error) {
	visual, _ := p.env("VISUAL")
	editor, _ := p.env("EDITOR")
	words := strings.Fields(cmp.Or(visual, editor, "vi"))
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

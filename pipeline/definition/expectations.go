package definition

import (
	"encoding/json"
	"errors"
	"io/fs"
	"strings"

	"stedi/pipeline"
)

func loadExpectations(definition fs.FS) ([]pipeline.Expectation, error) {
	const file = "expectations.json"
	text, err := ReadText(definition, file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var expectations []pipeline.Expectation
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&expectations); err != nil {
		line := 1 + strings.Count(text[:min(int(decoder.InputOffset()), len(text))], "\n")
		return nil, &Error{File: file, Line: line, Message: err.Error()}
	}
	return expectations, nil
}

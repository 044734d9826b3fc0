package review

import (
	"stedi/pipeline/review/script"
	"stedi/pipeline/review/submission"
)

// ReadScripts reads the scripts of a submission. They may import each other.
func ReadScripts(s *submission.Submission) []*script.Script {
	files := s.Of(submission.Script)
	modules := script.Modules{}
	for _, f := range files {
		modules[f.Name] = []byte(f.Text)
	}
	var all []*script.Script
	for _, f := range files {
		all = append(all, script.ReadWith(f.Name, []byte(f.Text), modules))
	}
	return all
}

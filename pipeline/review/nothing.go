package review

import (
	"path"
	"slices"
	"strings"

	"stedi/pipeline"
	"stedi/pipeline/printable"
	"stedi/pipeline/review/ddl"
	"stedi/pipeline/review/replay"
)

// nothing is the one item of a target that holds nothing of a submission; ok is
// false if it holds something, or the rubric asks for files of its own.
func (j *judge) nothing() (item Item, ok bool) {
	if j.in.LakeOnly || j.in.Submission.Lake != "" || j.holdsSomething() {
		return item, false
	}
	for i := range j.rubric.Items {
		if c := j.rubric.Items[i].Check; c == "text" || c == "file" {
			return item, false
		}
	}
	item = Item{
		ID: "target", Result: Fail, Title: "Target", Message: "nothing of a submission was found in " + j.searched() +
			": no Glue or Spark script that reads or writes a table of the project, no CREATE TABLE of one, and no picture named after one",
		Feedback: "Name the folder that holds the scripts of the Glue jobs, the DDLs and the screenshots.",
	}
	for i := range j.in.Submission.Files {
		name := j.in.Submission.Files[i].Name
		if slices.Contains([]string{".zip", ".rar", ".7z", ".tar", ".gz", ".tgz"}, strings.ToLower(path.Ext(name))) {
			item.Where = printable.Text(name)
			item.Feedback = "Archives in the target are not opened: name the zip file itself, or unpack it."
			break
		}
	}
	return item, true
}

// holdsSomething reports whether anything in the target is of the project.
func (j *judge) holdsSomething() bool {
	ours := func(t ddl.Table) bool { return j.rubric.named(t.Name) != nil }
	if len(j.ddl) > 0 || slices.ContainsFunc(j.strays, ours) || len(j.pictures) > 0 || len(j.blank) > 0 || len(j.claims) > 0 || j.in.ReplayError != "" {
		return true
	}
	for _, s := range j.in.Scripts {
		if j.rubric.named(stem(s.Name)) != nil || len(s.Problems) > 0 {
			return true
		}
	}
	return j.in.Outcome != nil && slices.ContainsFunc(j.in.Outcome.Roles, func(r replay.Role) bool { return !r.Exercise })
}

// searched says what was looked through.
func (j *judge) searched() string {
	files := j.in.Submission.Files
	if len(files) == 0 {
		return "an empty folder"
	}
	folders := map[string]bool{}
	for i := range files {
		folders[path.Dir(files[i].Name)] = true
	}
	if len(folders) == 1 {
		return pipeline.Counted(len(files), "file")
	}
	return pipeline.Counted(len(files), "file") + " of " + pipeline.Counted(len(folders), "folder")
}

package submission

import (
	"encoding/json"
	"path"
	"regexp"
	"slices"
	"strings"
)

var (
	pictures = []string{".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".pdf", ".heic", ".tif", ".tiff", ".svg"}
	texts    = []string{".py", ".sql", ".ddl", ".hql", ".txt", ".md", ".markdown", ".rst", ".json", ".rtf", ".ipynb", ".scala", ".text", ""}

	pythonSign = regexp.MustCompile(`(?m)^[ \t]*(?:import[ \t]+(?:sys|boto3|pyspark)\b|from[ \t]+(?:awsglue|pyspark)[.\w]*[ \t]+import\b|def[ \t]+\w+\(|glueContext[ \t]*=|args[ \t]*=[ \t]*getResolvedOptions)`)
	notebook   = regexp.MustCompile(`(?i)\b(?:customers?|accelerometer|step_?trainer|machine_learning)[-_/](?:trusted|curated)\b[\s\S]*\.(?:write\b|writeFrame|saveAsTable)|\bgetSink\b|\bwrite_dynamic_frame\b`)
	ddlSign    = regexp.MustCompile(`(?i)\bCREATE\s+(?:OR\s+REPLACE\s+)?(?:EXTERNAL\s+)?TABLE\b`)
	sqlTable   = regexp.MustCompile(`(?im)^[ \t]*CREATE\s+(?:EXTERNAL\s+)?TABLE\b`)
	glueTable  = regexp.MustCompile(`"StorageDescriptor"\s*:`)
	jobScript  = regexp.MustCompile(`"(?i:script)"\s*:`)
	numbered   = regexp.MustCompile(`^\.v?[0-9]+$`)
	landing    = regexp.MustCompile(`^(?:customers?|accelerometer|step_?trainer)[-_]?[0-9.]+.*\.json$`)
)

func isPicture(name string) bool {
	return slices.Contains(pictures, strings.ToLower(path.Ext(name)))
}

// isText reports whether a file may be a script, a DDL or a text. Data files of
// a lake are JSON, too, and without an extension: large ones are left alone.
func isText(name string, size int64) bool {
	extension := strings.ToLower(path.Ext(name))
	if extension == ".json" || extension == "" {
		return size <= 1<<20 && !isData(name)
	}
	return slices.Contains(texts, extension) || looksNumbered(extension)
}

// looksNumbered reports whether an extension is the end of a name such as
// "job.py (1)" or "script.v2".
func looksNumbered(extension string) bool {
	return strings.HasPrefix(extension, ".py") || strings.HasPrefix(extension, ".sql") || numbered.MatchString(extension)
}

// isData reports whether a file lies where landing or derived data lies.
func isData(name string) bool {
	dir, base := path.Split(strings.ToLower(name))
	if strings.HasPrefix(base, "part-") || strings.HasPrefix(base, "run-") {
		return true
	}
	for _, zone := range []string{"/landing/", "/trusted/", "/curated/"} {
		if strings.Contains("/"+dir, zone) {
			return landing.MatchString(base)
		}
	}
	return false
}

// classify finds out what a text is.
func classify(name, text string) Kind { //nolint:cyclop // one case for each form
	extension := strings.ToLower(path.Ext(name))
	switch {
	case extension == ".ipynb":
		if notebook.MatchString(text) {
			return Script
		}
		return Other
	case strings.HasPrefix(extension, ".py"):
		if !pythonSign.MatchString(text) && !strings.Contains(text, "spark.") && sqlTable.MatchString(text) {
			return DDL
		}
		return Script
	case isReadme(name):
		return Readme
	case isJob(text):
		return Script
	case strings.HasPrefix(strings.TrimSpace(text), "{") || strings.HasPrefix(strings.TrimSpace(text), "["):
		if glueTable.MatchString(text) {
			return DDL
		}
		return Other
	case pythonSign.MatchString(text) && strings.Contains(text, "import "):
		return Script
	case ddlSign.MatchString(text):
		return DDL
	case extension == ".txt" || extension == ".rtf" || extension == "":
		return Readme
	}
	return Other
}

func isReadme(name string) bool {
	base, extension := strings.ToLower(path.Base(name)), strings.ToLower(path.Ext(name))
	return extension == ".md" || extension == ".markdown" || extension == ".rst" || strings.HasPrefix(base, "readme")
}

// isJob reports whether a text is the JSON of a Glue job with its script.
func isJob(text string) bool {
	if !jobScript.MatchString(text) || !strings.HasPrefix(strings.TrimSpace(text), "{") {
		return false
	}
	var job map[string]json.RawMessage
	if json.Unmarshal([]byte(text), &job) != nil {
		return false
	}
	for key, value := range job {
		var body string
		if strings.EqualFold(key, "script") && json.Unmarshal(value, &body) == nil && strings.Contains(body, "import ") {
			return true
		}
	}
	return false
}

// landing notes that a file may be one of a lake in the target.
func (s *Submission) landing(name string) {
	dir := path.Dir(name)
	lower := strings.ToLower(dir)
	for _, entity := range []string{"customer", "accelerometer", "step_trainer"} {
		if suffix := entity + "/landing"; lower == suffix || strings.HasSuffix(lower, "/"+suffix) {
			root := strings.TrimSuffix(dir[:len(dir)-len(suffix)], "/")
			if s.lakes[root] == nil {
				s.lakes[root] = map[string]bool{}
			}
			if isData(name) || strings.EqualFold(path.Ext(name), ".json") || strings.EqualFold(path.Ext(name), ".gz") {
				s.lakes[root][entity] = true
			}
		}
	}
}

// findLake sets the folder that holds all three landing tables. Only a folder
// on disk can be read as a lake.
func (s *Submission) findLake() {
	if _, onDisk := s.source.(*folder); !onDisk {
		return
	}
	found := ""
	for root, entities := range s.lakes {
		if len(entities) == 3 && (found == "" || len(root) < len(found) || len(root) == len(found) && root < found) {
			found = path.Join(".", root)
		}
	}
	s.Lake = found
	for i := range s.Files {
		dir, base := path.Split(s.Files[i].Name)
		if found != "" && isData(s.Files[i].Name) && !strings.Contains(dir, "/landing/") && base != "" {
			s.Derived = true
		}
	}
}

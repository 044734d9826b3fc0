package review_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"stedi/pipeline/review"
)

// under moves the files of a submission into a folder.
func under(folder string, f files) files {
	moved := files{}
	for name, text := range f {
		moved[folder+"/"+name] = text
	}
	return moved
}

// and returns files with others.
func and(f files, others ...files) files {
	all := maps.Clone(f)
	for _, o := range others {
		maps.Copy(all, o)
	}
	return all
}

// renamed returns files of which some have another name; "" leaves one out.
func renamed(f files, names ...string) files {
	all := maps.Clone(f)
	for i := 0; i < len(names); i += 2 {
		text := all[names[i]]
		delete(all, names[i])
		if names[i+1] != "" {
			all[names[i+1]] = text
		}
	}
	return all
}

// copied is a job that writes the rows of one source as they are.
func copied(from, to string) string {
	return head + s3("Rows", from) + "\nOut = glueContext.write_dynamic_frame.from_options(frame=Rows, connection_type=\"s3\", format=\"json\", connection_options={\"path\": \"s3://stedi-lake/" + to + "/\", \"partitionKeys\": []})\njob.commit()\n"
}

// landed is the submission of Studio's nodes with jobs that write into the
// folders of the landing zone.
func landed() files {
	f := studio()
	for _, name := range []string{"customer_landing_to_trusted.py", "accelerometer_landing_to_trusted.py"} {
		f[name] = strings.NewReplacer(`path="s3://stedi-lake/customer/trusted/"`, `path="s3://stedi-lake/customer/landing/"`,
			`path="s3://stedi-lake/accelerometer/trusted/"`, `path="s3://stedi-lake/accelerometer/landing/"`,
			`catalogTableName="customer_trusted"`, `catalogTableName="people"`, `catalogTableName="accelerometer_trusted"`, `catalogTableName="readings"`).Replace(f[name])
	}
	return renamed(f, "customer_landing_to_trusted.py", "customer landing to trusted .py", "accelerometer_landing_to_trusted.py", "accelerometerLandingToTrusted (2).py")
}

// brief is the submission with folders of metals, of which not every job is named
// after its zone, and one is there twice.
func brief() files {
	f := medals()
	people := f["customer_trusted.py"]
	return and(renamed(f, "accelerometer_trusted.py", "bronze/accelerometer.py", "customer_trusted.py", "bronze/customer.py"), files{"bronze/customer_landing_to_trusted.py": people})
}

// TestTheProjectAmongOtherScripts judges correct submissions beside scripts that
// are not of the project, or are older versions of its own.
func TestTheProjectAmongOtherScripts(t *testing.T) {
	r := newReviewer(t)
	once := studio()["customer_trusted_to_curated.py"]
	twice := strings.Replace(once, ".toDF().dropDuplicates()", ".toDF()", 1)
	for name, c := range map[string]struct {
		files  files
		copies int // scripts that a warning names
	}{
		"exercises of the course":       {and(under("course 3/project", studio()), under("course 3/lesson 5/exercises/concept 4", files{"customer_curated.py": twice, "accelerometer_trusted.py": studio()["accelerometer_landing_to_trusted.py"]})), 2},
		"the same text in an exercise":  {and(under("project", studio()), under("a lesson", files{"customer_trusted_to_curated.py": once})), 1},
		"an older version":              {and(under("jobs", studio()), under("attempt", files{"customer_trusted_to_curated.py": twice})), 1},
		"all in one and one for each":   {and(studio(), files{"everything.py": twice}), 1},
		"a version that no job reads":   {and(studio(), files{"customer_trusted_to_curated (1).py": strings.ReplaceAll(twice, "customer/curated/", "customer/curated/old/")}), 1},
		"jobs that write into landing":  {landed(), 0},
		"a job that fills landing":      {and(studio(), under("landing_zone", files{"step_trainer_trusted.py": copied("uploads/steps", "step_trainer/landing")})), 0},
		"names without a zone":          {brief(), 1},
		"two scripts that say the same": {and(studio(), files{"Customer Trusted to Curated.py": strings.ReplaceAll(once, "Once", "One")}), 0},
	} {
		t.Run(name, func(t *testing.T) {
			target := r.judge(t, write(t, c.files))
			if got := counts(target); got != nominal {
				t.Errorf("rows %s%s", got, describe(target, review.Fail)+describe(target, review.Unknown))
			}
			n := 0
			for _, item := range target.Items {
				if strings.HasPrefix(item.ID, "script.copies") {
					n++
				}
			}
			if n != c.copies {
				t.Errorf("%d copies%s", n, describe(target, review.Warn))
			}
			if name == "exercises of the course" && slices.ContainsFunc(target.Items, func(i review.Item) bool {
				return strings.Contains(i.Where, "exercises") && !strings.HasPrefix(i.ID, "script.copies")
			}) {
				t.Errorf("an exercise is judged%s", describe(target, review.Pass))
			}
		})
	}
}

// TestTheProjectOf2022 judges by the older rubric, which names no counts.
func TestTheProjectOf2022(t *testing.T) {
	r := newReviewer(t)
	old := renamed(studio(), "step_trainer_landing.sql", "", "README.md", "", "screenshots/step_trainer_landing.png", "", "screenshots/accelerometer_trusted.png", "", "screenshots/customer_curated.png", "",
		"screenshots/step_trainer_trusted.png", "", "screenshots/machine_learning_curated.png", "")
	old["customer_trusted_to_curated.py"] = strings.Replace(old["customer_trusted_to_curated.py"], ".toDF().dropDuplicates()", ".toDF()", 1)
	target := r.judge(t, write(t, old))
	if got := with(target, review.Fail); target.Version != "v1" || len(got) > 0 {
		t.Errorf("%s fails %v%s", target.Version, got, describe(target, review.Fail))
	}
	if got := with(target, review.Warn); !slices.Contains(got, "script.rows.customer_curated") {
		t.Errorf("warns %v", got)
	}
	delete(old, "screenshots/customer_trusted.png")
	if target := r.judge(t, write(t, old)); target.Version != "v2" {
		t.Error("two pictures are of the project of 2022")
	}
}

// TestATargetWithNothingOfASubmission has one sentence.
func TestATargetWithNothingOfASubmission(t *testing.T) {
	r := newReviewer(t)
	for name, c := range map[string]struct {
		files           files
		message, advice string
	}{
		"empty":          {files{}, "nothing of a submission was found in an empty folder: ", "Name the folder"},
		"another course": {files{"etl.py": "import pandas as pd\nsongs = pd.read_json('songs.json')\n", "a/create.sql": "CREATE TABLE songs (id int);\n", "a/notes.txt": "x"}, "nothing of a submission was found in 3 files of 2 folders: ", "Name the folder"},
		"an archive":     {files{"project.ZIP": "PK"}, "found in 1 file: ", "name the zip file itself"},
	} {
		t.Run(name, func(t *testing.T) {
			target := r.judge(t, write(t, c.files))
			if len(target.Items) != 1 || target.Items[0].ID != "target" || target.Items[0].Result != review.Fail ||
				!strings.Contains(target.Items[0].Message, c.message) || !strings.Contains(target.Items[0].Feedback, c.advice) || len(target.Tables) > 0 {
				t.Errorf("%d tables, %+v", len(target.Tables), target.Items)
			}
		})
	}
	for name, f := range map[string]files{
		"a picture":       {"customer_trusted.png": strings.Repeat("x", 4000)},
		"a broken script": {"customer_trusted.py": "import sys\nx = frame.write.mode(\n"},
		"a count":         {"README.md": "customer_trusted has 482 rows\n"},
	} {
		if target := r.judge(t, write(t, f)); len(target.Items) < 10 {
			t.Errorf("%s: %+v", name, target.Items)
		}
	}
}

// TestWhatAJobDoesOnItsOwnTables plants faults that correct inputs hide or make.
func TestWhatAJobDoesOnItsOwnTables(t *testing.T) {
	r := newReviewer(t)
	own := sqlNodes()
	own["accelerometer_landing_to_trusted.py"] = strings.Replace(own["accelerometer_landing_to_trusted.py"], "select a.*", "select a.*, c.email", 1)
	own["customer_trusted_to_curated.py"] = strings.Replace(own["customer_trusted_to_curated.py"], "a.user = c.email", "a.email = c.email", 1)
	target := r.judge(t, write(t, own))
	if got := counts(target); got != nominal {
		t.Errorf("rows %s%s", got, describe(target, review.Fail))
	}
	if got := with(target, review.Fail); !slices.Equal(got, []string{"script.columns.accelerometer_trusted"}) {
		t.Errorf("fails %v", got)
	}
	failing := and(own, files{"accelerometer_landing_to_trusted.py": sqlNodes()["accelerometer_landing_to_trusted.py"]})
	failing["customer_curated.py"] = strings.ReplaceAll(failing["customer_trusted_to_curated.py"], "Out", "Other")
	target = r.judge(t, write(t, failing))
	if got := with(target, review.Fail); !slices.Contains(got, "script.rows.customer_curated") || !strings.Contains(describe(target, review.Fail), "the job would fail: column a.email is not in any input of the query") {
		t.Errorf("fails %v%s", got, describe(target, review.Fail))
	}
	broken := studio()
	broken["step_trainer_trusted.py"] = strings.Replace(broken["step_trainer_trusted.py"], "\nSqlQuery0", "\n<<<<<<< HEAD\n# one\n=======\n# two\n>>>>>>> 0a1b2c3 (two)\nSqlQuery0", 1)
	broken["machine_learning_curated.py"] = "import json\nwith open('out.json', 'w') as f:\n    f.write(json.dumps([1]))\n"
	target = r.judge(t, write(t, broken))
	if got := with(target, review.Warn); !slices.Contains(got, "script.present.step_trainer_trusted") {
		t.Errorf("warns %v", got)
	}
	if got := with(target, review.Unknown); !slices.Contains(got, "script.present.machine_learning_curated") {
		t.Errorf("unknown %v", got)
	}
}

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

// runner is a submission whose jobs are functions that another file calls. The
// names of the files do not say what they write.
func runner() files {
	f := studio()
	calls := ""
	for i, name := range []string{"customer_landing_to_trusted", "accelerometer_landing_to_trusted", "customer_trusted_to_curated", "step_trainer_trusted", "machine_learning_curated"} {
		imports, rest, _ := strings.Cut(f[name+".py"], "\nargs = ")
		delete(f, name+".py")
		module := "part" + string(rune('a'+i))
		f[module+".py"] = imports + "\ndef run():\n    " + strings.ReplaceAll("args = "+rest, "\n", "\n    ") + "\nrun()\n"
		calls += "from " + module + " import run as " + module + "\n" + module + "()\n"
	}
	f["all.py"] = calls
	return f
}

// TestTheProjectAmongOtherScripts judges correct submissions beside scripts that
// are not of the project, or are older versions of its own.
func TestTheProjectAmongOtherScripts(t *testing.T) {
	r := newReviewer(t)
	once := studio()["customer_trusted_to_curated.py"]
	twice := strings.Replace(once, ".toDF().dropDuplicates()", ".toDF()", 1)
	strict := strings.Replace(sqlNodes()["accelerometer_landing_to_trusted.py"], "a.user = c.email", "a.user = c.email and a.timestamp >= c.sharewithresearchasofdate", 1)
	noUser := strings.Replace(studio()["machine_learning_curated.py"], `paths=["user"]`, `paths=["user", "x"]`, 1)
	const byName, asCaller = "is left out: its name says that it is a variant", "is left out: it calls functions of other scripts"
	for name, c := range map[string]struct {
		files  files
		copies int // scripts that a warning or a remark names
		says   string
	}{
		"exercises of the course":       {and(under("course 3/project", studio()), under("course 3/lesson 5/exercises/concept 4", files{"customer_curated.py": twice, "accelerometer_trusted.py": studio()["accelerometer_landing_to_trusted.py"]})), 2, ""},
		"the same text in an exercise":  {and(under("project", studio()), under("a lesson", files{"customer_trusted_to_curated.py": once})), 1, ""},
		"an older version":              {and(under("jobs", studio()), under("attempt", files{"customer_trusted_to_curated.py": twice})), 1, ""},
		"all in one and one for each":   {and(studio(), files{"everything.py": twice}), 1, ""},
		"a version that no job reads":   {and(studio(), files{"customer_trusted_to_curated (1).py": strings.ReplaceAll(twice, "customer/curated/", "customer/curated/old/")}), 1, ""},
		"jobs that write into landing":  {landed(), 0, ""},
		"a job that fills landing":      {and(studio(), under("landing_zone", files{"step_trainer_trusted.py": copied("uploads/steps", "step_trainer/landing")})), 0, ""},
		"names without a zone":          {brief(), 1, ""},
		"two scripts that say the same": {and(studio(), files{"Customer Trusted to Curated.py": strings.ReplaceAll(once, "Once", "One")}), 0, ""},
		"a stricter job beside it":      {and(sqlNodes(), files{"Stand-Out/accelerometer_landing_to_trusted.py": strict}), 1, byName},
		"a stricter job by its name":    {and(sqlNodes(), files{"accelerometer_landing_to_trusted_optional.py": strict}), 1, byName},
		"old jobs":                      {and(studio(), under("archive", files{"accelerometer_landing_to_trusted.py": strict, "machine_learning_curated.py": noUser})), 2, byName},
		"only a variant":                {renamed(sqlNodes(), "accelerometer_landing_to_trusted.py", "optional/accelerometer_landing_to_trusted.py"), 0, ""},
		"a file that calls the jobs":    {runner(), 1, asCaller},
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
			if passed := describe(target, review.Pass); !strings.Contains(passed, c.says) || c.says == "" && strings.Contains(passed, "is left out") {
				t.Errorf("no item passes with %q%s", c.says, passed)
			}
			if name == "exercises of the course" && slices.ContainsFunc(target.Items, func(i review.Item) bool {
				return strings.Contains(i.Where, "exercises") && !strings.HasPrefix(i.ID, "script.copies")
			}) {
				t.Errorf("an exercise is judged%s", describe(target, review.Pass))
			}
		})
	}
}

// crawled is a submission of which a job reads a table that a crawler has named
// after its folder.
func crawled() files {
	f := studio()
	f["step_trainer_trusted.py"] = strings.Replace(f["step_trainer_trusted.py"], strings.TrimSpace(s3("Customers", "customer/curated")), strings.TrimSpace(catalog("Customers", "Curated")), 1)
	f["machine_learning_curated.py"] = strings.ReplaceAll(f["machine_learning_curated.py"], "machine_learning/curated", "machine_learning/training")
	return f
}

// TestATableNamedAfterItsFolder follows a table of the catalog to the one folder of
// that name; of two such folders none is chosen.
func TestATableNamedAfterItsFolder(t *testing.T) {
	r := newReviewer(t)
	f := crawled()
	if target := r.judge(t, write(t, f)); counts(target) != nominal || len(with(target, review.Fail)) > 0 {
		t.Errorf("rows %s%s", counts(target), describe(target, review.Fail)+describe(target, review.Unknown))
	}
	f["machine_learning_curated.py"] = studio()["machine_learning_curated.py"]
	target := r.judge(t, write(t, f))
	if got := with(target, review.Unknown); !slices.Contains(got, "script.rows.step_trainer_trusted") {
		t.Errorf("rows %s, not known %v", counts(target), got)
	}
}

// TestTablesInAText reads the CREATE TABLE statements of a README's blocks of code,
// and warns. A SQL script comes first.
func TestTablesInAText(t *testing.T) {
	r := newReviewer(t)
	f := and(studio(), files{"README.md": "# Tables\n\nCREATE TABLE customer_landing (id int);\n"})
	for i, name := range []string{"customer_landing", "accelerometer_landing"} {
		mark := []string{"```", "~~~"}[i]
		f["README.md"] += "\n## " + name + "\n\n" + mark + "sql\n" + f[name+".sql"] + mark + "\n"
		delete(f, name+".sql")
	}
	f["README.md"] += "\n```\n" + ddlOf("step_trainer_landing", "customer/landing", "id string") + "```\n"
	target := r.judge(t, write(t, f))
	if got := with(target, review.Fail); len(got) > 0 {
		t.Errorf("fails %v%s", got, describe(target, review.Fail))
	}
	warns, passes := with(target, review.Warn), describe(target, review.Pass)
	if !slices.Contains(warns, "ddl.present.customer_landing") || !slices.Contains(warns, "ddl.present.accelerometer_landing") || slices.Contains(warns, "ddl.present.step_trainer_landing") {
		t.Errorf("warns %v%s", warns, describe(target, review.Warn))
	}
	for _, want := range []string{"all 10 JSON fields", "all 5 JSON fields", "LOCATION s3://stedi-lake/step_trainer/landing/"} {
		if !strings.Contains(passes, want) {
			t.Errorf("no item passes with %q%s", want, passes)
		}
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
				!strings.Contains(target.Items[0].Message, c.message) || !strings.Contains(target.Items[0].Feedback, c.advice) || len(target.Tables) > 0 || target.Version != "" {
				t.Errorf("version %q, %d tables, %+v", target.Version, len(target.Tables), target.Items)
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
	const note = "on correct inputs the job would fail: column a.email is not in any input of the query"
	if warns := describe(target, review.Warn); strings.Contains(warns, note) {
		t.Errorf("right rows have a remark%s", warns)
	}
	more := and(own, files{"customer_trusted_to_curated.py": strings.Replace(own["customer_trusted_to_curated.py"], "select distinct", "select", 1)})
	target = r.judge(t, write(t, more))
	if warns := describe(target, review.Warn); !strings.Contains(warns, note) {
		t.Errorf("wrong rows have no remark%s", warns)
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

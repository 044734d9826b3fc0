package definition

import (
	"regexp"
	"slices"
	"strings"

	"stedi/pipeline"
)

// CreateTable returns the Athena statement that makes the table known, of a
// lake that lies at location, such as s3://bucket/prefix. A landing table has
// its own statement; that of a table of ours follows from its columns. The
// statement reads back as its source, or it is an error.
func CreateTable(t *pipeline.Table, location string) (string, error) {
	text, err := createTable(t, strings.TrimSuffix(location, "/"))
	if err != nil {
		return "", err
	}
	ddl, err := parseDDL(text)
	if err != nil {
		return "", inexpressible(t, err.Error())
	}
	if !strings.EqualFold(ddl.name, t.Name) || !slices.EqualFunc(ddl.columns, t.Columns, sameColumn) {
		return "", inexpressible(t, "its columns read back as others")
	}
	return text, nil
}

func inexpressible(t *pipeline.Table, why string) error {
	err := &Error{File: t.File, Message: "no statement of Athena's makes such a table: " + why}
	return &pipeline.Failure{Kind: pipeline.BadUsage, Err: err, Fix: "Give the columns other names."}
}

func sameColumn(a, b pipeline.Column) bool {
	return a.Name == b.Name && a.Type == b.Type && a.Partition == b.Partition
}

func createTable(t *pipeline.Table, location string) (string, error) {
	if t.IsLanding() {
		return terminated(strings.ReplaceAll(t.DDL, "${lake}", location)), nil
	}
	return sqlFiles.Text("table.sql", map[string]any{
		// A line feed of any kind would end the comment.
		"Doc":  strings.Join(strings.Fields(t.Doc), " "),
		"Name": t.Name, "Columns": t.Columns, "Location": location + "/" + t.Path + "/",
	})
}

// terminated ends a statement with a semicolon, so that others can follow.
func terminated(text string) string {
	text = strings.TrimSpace(text)
	l := lexer{text: text, ddl: true}
	last := token{}
	for tok := l.lex(); tok.kind != tokenEnd && tok.kind != tokenBad; tok = l.lex() {
		last = tok
	}
	if last.kind == tokenSymbol && last.text == ";" {
		return text + "\n"
	}
	return text + "\n;\n" // on its own line, because the last line may be a comment
}

var s3Location = regexp.MustCompile(`^s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9_=-][A-Za-z0-9_.=-]*)*$`)

// CheckS3Location returns a location in the form that CreateTable takes, if
// Athena can read from it: a bucket, and folders of harmless characters.
func CheckS3Location(location string) (string, error) {
	bare := strings.TrimSuffix(location, "/")
	if strings.HasPrefix(bare, "s3://arn:") {
		return "", pipeline.Fail(pipeline.BadUsage, "", "Use the alias of the access point, which ends with -s3alias, as the bucket: s3://ALIAS/PREFIX.", "%.80q is an ARN, not an S3 location", location)
	}
	if !s3Location.MatchString(bare) {
		return "", pipeline.Fail(pipeline.BadUsage, "", "Give it as s3://BUCKET/PREFIX: a bucket of 3 to 63 lower-case letters, digits, '.' and '-', and a prefix of letters, digits, '_', '=', '.' and '-'.", "%.80q is not an S3 location", location)
	}
	return bare, nil
}

// SerDe returns the class and the properties with which Athena reads the table.
func SerDe(t *pipeline.Table) (class string, properties map[string]string, err error) {
	text, err := CreateTable(t, "s3://lake")
	if err != nil {
		return "", nil, err
	}
	ddl, err := parseDDL(text)
	return ddl.serde.class, ddl.serde.properties, err
}

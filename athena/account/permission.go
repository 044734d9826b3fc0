package account

import "regexp"

var (
	// The service names the action and the resource, and sometimes why.
	notAuthorized = regexp.MustCompile(`is not authorized to perform: ([a-z0-9-]+:\w+)(?: on (?:the )?resource: (\S+))?`)
	boundary      = regexp.MustCompile(`because (?:no (permissions boundary|service control policy|session policy|VPC endpoint policy|resource-based policy) allows|.*explicit deny in an? ([a-z -]+ policy|permissions boundary))`)
	lakeFormation = regexp.MustCompile(`Insufficient Lake Formation permission\(s\)(?:: Required ([A-Za-z ]+?) on (\S+)| on (\S+))?`)
	noPrivilege   = regexp.MustCompile(`Principal does not have any privilege on specified resource`)
)

// MissingPermission returns the fix for a message that names a permission that
// the identity lacks, in IAM or in Lake Formation.
func MissingPermission(text string) (fix string, ok bool) {
	if m := lakeFormation.FindStringSubmatch(text); m != nil {
		switch {
		case m[1] != "":
			return "Grant " + m[1] + " on " + trimmed(m[2]) + " to this identity in Lake Formation; an IAM policy alone does not allow it.", true
		case m[3] != "":
			return "Grant DESCRIBE and SELECT on " + trimmed(m[3]) + " to this identity in Lake Formation; an IAM policy alone does not allow it.", true
		}
		return lakeGrant, true
	}
	if noPrivilege.MatchString(text) {
		return lakeGrant, true
	}
	m := notAuthorized.FindStringSubmatch(text)
	if m == nil {
		return "", false
	}
	fix = "Allow " + m[1]
	if m[2] != "" {
		fix += " on " + trimmed(m[2])
	}
	if by := boundary.FindStringSubmatch(text); by != nil {
		fix += " in the " + by[1] + by[2]
	}
	return fix + "; `stedi deploy --dry-run` prints the IAM policies that are needed.", true
}

const lakeGrant = "Grant DESCRIBE and SELECT on the database and its tables to this identity in Lake Formation; an IAM policy alone does not allow it."

// trimmed removes what follows a name in a sentence.
func trimmed(name string) string {
	for len(name) > 0 && (name[len(name)-1] == '.' || name[len(name)-1] == ',' || name[len(name)-1] == ')') {
		name = name[:len(name)-1]
	}
	return name
}

package glue

import (
	"bytes"
	"cmp"
	"context"
	_ "embed"
	"encoding/json"
	"net/url"
	"reflect"
	"strings"
	"text/template"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"stedi/athena/account"
	"stedi/athena/catalog"
	"stedi/pipeline"
)

//go:embed trust.json
var trust string

// trustOf returns the trust policy of a role: Glue may assume it for jobs of the
// account, and not for those of others.
func trustOf(account string) string { return strings.ReplaceAll(trust, "{{.Account}}", account) }

//go:embed role.json
var roleText string

var roleTemplate = template.Must(template.New("role.json").Parse(roleText))

const (
	// rolePath is the path of the roles that stedi creates.
	rolePath   = "/stedi/"
	policyName = "lake"
	noRole     = "NoSuchEntity"
)

func (j *Jobs) roleName() string { return RoleName(j.options.Database, j.location) }

// Policy returns the IAM policy that the jobs of the lake at a location
// require: read and write the lake, also with the keys that encrypt its bucket,
// and write their log. key is the ARN of that key; empty: any key of the account
// that S3 uses for the bucket.
func Policy(location, partition, key string) (string, error) {
	bucket, prefix, _ := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(location, "s3://"), "/"), "/")
	if prefix != "" {
		prefix += "/"
	}
	var b bytes.Buffer
	err := roleTemplate.Execute(&b, map[string]string{"Bucket": bucket, "Prefix": prefix, "Partition": partition, "Key": cmp.Or(key, "arn:"+partition+":kms:*:*:key/*")})
	return b.String(), err
}

// roleChanges returns the calls that create or update the role of the jobs. It
// returns no calls if --role names a role.
func (j *Jobs) roleChanges(ctx context.Context) ([]catalog.Change, error) {
	if j.options.Role != "" && !j.ownRole() {
		return nil, nil
	}
	policy, err := Policy(j.location, account.Partition(j.config.Region), j.key)
	if err != nil {
		return nil, err
	}
	name := j.roleName()
	found, err := j.roles.GetRole(ctx, &iam.GetRoleInput{RoleName: &name})
	missing := account.Is(err, noRole)
	if err != nil && !missing {
		return nil, j.noIAM(err, "look at")
	}
	var existing *types.Role
	if !missing {
		existing = found.Role
		j.options.Role = aws.ToString(existing.Arn)
	}
	changes, err := j.boundRole(ctx, name, existing, policy)
	if err != nil {
		return nil, err
	}
	if existing != nil {
		if same, err := j.samePolicy(ctx, name, policy); err != nil || same {
			return changes, err
		}
	}
	return append(changes, catalog.Change{Call: "PutRolePolicy", About: name, Why: "to read and write the lake, and to write their log", Do: func(ctx context.Context) error {
		_, err := j.roles.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: &name, PolicyName: aws.String(policyName), PolicyDocument: &policy})
		return account.Explain(err, "give the role "+name+" its policy")
	}}), nil
}

// boundRole returns the calls that create the role with its permissions boundary,
// or give the existing one its boundary.
func (j *Jobs) boundRole(ctx context.Context, name string, existing *types.Role, policy string) ([]catalog.Change, error) {
	boundary, own, err := j.boundary(ctx)
	if err != nil {
		return nil, err
	}
	has := "" // the boundary of the existing role
	if existing != nil && existing.PermissionsBoundary != nil {
		has = aws.ToString(existing.PermissionsBoundary.PermissionsBoundaryArn)
		own = own && has == boundary // else it keeps the one that it has
	}
	var changes []catalog.Change
	if own {
		if changes, err = j.boundaryChanges(ctx, boundary, policy); err != nil {
			return nil, err
		}
	}
	switch {
	case existing == nil:
		changes = append(changes, catalog.Change{Call: "CreateRole", About: name, Why: "the jobs need a role; --role ARN uses an existing one", Do: func(ctx context.Context) error { return j.createRole(ctx, boundary) }})
	case has == "" || j.given != "" && has != j.given:
		changes = append(changes, j.boundChange(name, boundary))
	}
	return changes, nil
}

// noIAM adds a fix to the error of an identity that may not manage roles.
func (j *Jobs) noIAM(err error, doing string) error {
	err = account.Explain(err, doing+" the role "+j.roleName())
	if pipeline.KindOf(err) != pipeline.Denied {
		return err
	}
	return pipeline.Fail(pipeline.Denied, "", "Pass --role ARN with a role that Glue can assume, or --jobs=false to deploy without Glue jobs.", "%w", err)
}

func (j *Jobs) createRole(ctx context.Context, boundary string) error {
	name := j.roleName()
	number, err := account.Number(ctx, j.config)
	if err != nil {
		return err
	}
	trust := trustOf(number)
	input := &iam.CreateRoleInput{
		RoleName: &name, Path: aws.String(rolePath), AssumeRolePolicyDocument: &trust, Description: aws.String("Glue jobs of a stedi lake"),
		PermissionsBoundary: &boundary,
	}
	out, err := j.roles.CreateRole(ctx, input)
	if err != nil {
		return j.noIAM(err, "make")
	}
	j.options.Role = aws.ToString(out.Role.Arn)
	return nil
}

func (j *Jobs) samePolicy(ctx context.Context, role, policy string) (bool, error) {
	out, err := j.roles.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: &role, PolicyName: aws.String(policyName)})
	if account.Is(err, noRole) {
		return false, nil
	}
	if err != nil {
		return false, account.Explain(err, "look at the policy of the role "+role)
	}
	return sameJSON(document(out.PolicyDocument), policy), nil
}

// document decodes a policy, which IAM returns URL-escaped.
func document(escaped *string) string {
	if text, err := url.QueryUnescape(aws.ToString(escaped)); err == nil {
		return text
	}
	return aws.ToString(escaped)
}

func sameJSON(a, b string) bool {
	var x, y any
	return json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && reflect.DeepEqual(x, y)
}

// ownRole reports whether stedi created the role.
func (j *Jobs) ownRole() bool {
	return strings.HasSuffix(j.options.Role, ":role"+rolePath+j.roleName())
}

// roleRemoval returns the call that deletes the managed role. If the role is not
// known, a deploy failed after it had perhaps created one.
func (j *Jobs) roleRemoval(ctx context.Context) ([]catalog.Change, error) {
	name := j.roleName()
	if j.options.Role == "" {
		found, err := j.roles.GetRole(ctx, &iam.GetRoleInput{RoleName: &name})
		if account.Is(err, noRole) {
			return j.boundaryRemoval(ctx)
		}
		if err != nil {
			return nil, j.noIAM(err, "look at")
		}
		j.options.Role = aws.ToString(found.Role.Arn)
	}
	if !j.ownRole() {
		return nil, nil
	}
	boundary, err := j.boundaryRemoval(ctx)
	if err != nil {
		return nil, err
	}
	return append([]catalog.Change{{Call: "DeleteRole", About: name, Why: "it was deployed", Do: func(ctx context.Context) error {
		_, err := j.roles.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: &name, PolicyName: aws.String(policyName)})
		if err == nil || account.Is(err, noRole) {
			_, err = j.roles.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: &name})
		}
		if account.Is(err, noRole) {
			return nil
		}
		return account.Explain(err, "delete the role "+name)
	}}}, boundary...), nil
}

// examineRole checks that Glue may assume the role.
func (j *Jobs) examineRole(ctx context.Context) pipeline.Finding {
	if j.options.Role == "" {
		return pipeline.Finding{About: "role", Wrong: true, Says: "the lake has none for its Glue jobs", Fix: "`stedi deploy`, or `stedi deploy --role ARN`", Kind: pipeline.BadUsage}
	}
	about := "role " + j.options.Role
	name := j.options.Role[strings.LastIndex(j.options.Role, "/")+1:]
	out, err := j.roles.GetRole(ctx, &iam.GetRoleInput{RoleName: &name})
	if err != nil && pipeline.KindOf(account.Explain(err, "look")) == pipeline.Denied {
		return pipeline.Fine(about, "it cannot be read (iam:GetRole); a job that starts shows whether Glue can assume it")
	}
	if err != nil {
		return pipeline.Trouble(about, account.Explain(err, "look at it"))
	}
	if !trusts(document(out.Role.AssumeRolePolicyDocument)) {
		return pipeline.Finding{About: about, Wrong: true, Says: "Glue cannot assume it", Fix: "Let glue.amazonaws.com do sts:AssumeRole in its trust policy.", Kind: pipeline.Denied}
	}
	return pipeline.Fine(about, "Glue can assume it")
}

// several is a string or a list of strings, both of which IAM policies allow.
type several []string

func (s *several) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*s = several{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(s))
}

func (s several) has(word string) bool {
	for _, one := range s {
		if strings.EqualFold(one, word) {
			return true
		}
	}
	return false
}

// trusts reports whether a trust policy lets Glue assume the role.
func trusts(policy string) bool {
	var p struct {
		Statement []struct {
			Effect    string
			Action    several
			Principal struct{ Service several }
		}
	}
	if json.Unmarshal([]byte(policy), &p) != nil {
		return false
	}
	for _, s := range p.Statement {
		if s.Effect == "Allow" && s.Action.has("sts:AssumeRole") && s.Principal.Service.has("glue.amazonaws.com") {
			return true
		}
	}
	return false
}

package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"stedi/athena/account"
	"stedi/athena/cloud"
	"stedi/athena/glue"
	"stedi/athena/s3"
	"stedi/pipeline"
	"stedi/pipeline/spark"
	"stedi/pipeline/state"
)

// policyDocument is an IAM policy.
type policyDocument struct {
	Version   string
	Statement []policyStatement
}

type policyStatement struct {
	Sid       string
	Effect    string
	Action    []string
	Resource  []string
	Condition map[string]map[string][]string `json:",omitempty"`
}

// policyOf is what the policies of a lake name.
type policyOf struct {
	partition, region, account string
	bucket, prefix             string
	database, workgroup        string
	jobs                       []string // their names; a name may end with *
	role                       string   // ARN of the role that --role names; empty: deploy creates it
	created, boundary          string   // ARNs of the role that deploy creates, and of its permissions boundary
	key                        string   // ARN of the key that encrypts the bucket; empty: it is not known
}

// personas are the identities that a policy is printed for.
const (
	personaPreview = "preview" // reads tables, previews and checks them
	personaRun     = "run"     // and builds tables
	personaDeploy  = "deploy"  // and creates and removes tables, jobs and their role

	// policyBoundary is the policy that bounds the rights of that role.
	policyBoundary = "boundary"
)

// arn returns the ARN of a resource of the account, given as service:resource.
func (o *policyOf) arn(what string) string {
	service, resource, _ := strings.Cut(what, ":")
	return "arn:" + o.partition + ":" + service + ":" + o.region + ":" + o.account + ":" + resource
}

func (o *policyOf) roleARN(path string) string {
	return "arn:" + o.partition + ":iam::" + o.account + ":role/" + path
}

func (o *policyOf) s3(path string) string { return "arn:" + o.partition + ":s3:::" + o.bucket + path }

// document returns the policy of a persona.
func (o *policyOf) document(persona string) *policyDocument {
	d := &policyDocument{Version: "2012-10-17"}
	add := func(sid string, actions []string, resources ...string) *policyStatement {
		d.Statement = append(d.Statement, policyStatement{Sid: sid, Effect: "Allow", Action: actions, Resource: resources})
		return &d.Statement[len(d.Statement)-1]
	}
	builds := persona != personaPreview
	add("Bucket", []string{"s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketVersions"}, o.s3(""))
	add("Lake", []string{"s3:GetObject"}, o.s3("/"+o.prefix+"*"))
	writable := o.s3("/" + o.prefix + ".stedi/staging/results/*")
	if builds {
		writable = o.s3("/" + o.prefix + "*")
	}
	add("Write", []string{"s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"}, writable)
	catalog := []string{o.arn("glue:catalog"), o.arn("glue:database/" + o.database), o.arn("glue:table/" + o.database + "/*")}
	add("Catalog", []string{"glue:GetDatabase", "glue:GetDatabases", "glue:GetTable", "glue:GetTables", "glue:GetPartition", "glue:GetPartitions", "glue:BatchGetPartition"}, catalog...)
	// Athena asks for the database "default" whatever database is queried.
	add("Default", []string{"glue:GetDatabase", "glue:CreateDatabase"}, o.arn("glue:catalog"), o.arn("glue:database/default"))
	add("Queries", []string{"athena:GetWorkGroup", "athena:StartQueryExecution", "athena:GetQueryExecution", "athena:GetQueryResults", "athena:StopQueryExecution"}, o.arn("athena:workgroup/"+o.workgroup))
	add("LakeFormation", []string{"lakeformation:GetDataAccess"}, "*")
	// Only through S3, and only for objects of the bucket.
	add("Keys", []string{"kms:Decrypt", "kms:GenerateDataKey"}, cmp.Or(o.key, o.arn("kms:key/*"))).Condition = map[string]map[string][]string{
		"StringLike": {"kms:ViaService": {"s3." + o.region + ".*"}, "kms:EncryptionContext:aws:s3:arn": {o.s3(""), o.s3("/*")}},
	}
	if !builds {
		return d
	}
	add("Tables", []string{"glue:CreateTable", "glue:UpdateTable", "glue:DeleteTable"}, catalog...)
	if len(o.jobs) > 0 {
		add("Jobs", []string{"glue:GetJob", "glue:StartJobRun", "glue:GetJobRun", "glue:GetJobRuns", "glue:BatchStopJobRun"}, o.jobARNs()...)
		add("Log", []string{"logs:DescribeLogStreams", "logs:GetLogEvents"}, o.arn("logs:log-group:/aws-glue/jobs/*"))
	}
	if persona == personaDeploy {
		add("Retention", []string{"s3:GetBucketVersioning", "s3:GetBucketObjectLockConfiguration", "s3:GetLifecycleConfiguration", "s3:GetEncryptionConfiguration"}, o.s3(""))
		add("Database", []string{"glue:CreateDatabase", "glue:DeleteDatabase"}, append(catalog, o.arn("glue:userDefinedFunction/"+o.database+"/*"))...)
		o.deployJobs(add)
	}
	return d
}

func (o *policyOf) jobARNs() []string {
	var all []string
	for _, name := range o.jobs {
		all = append(all, o.arn("glue:job/"+name))
	}
	return all
}

// deployJobs adds what a deploy of jobs needs. The role can be created only with
// its permissions boundary, which this identity cannot create or change: with that
// right, it could give itself all rights.
func (o *policyOf) deployJobs(add func(string, []string, ...string) *policyStatement) {
	if len(o.jobs) == 0 {
		return
	}
	add("DeployJobs", []string{"glue:CreateJob", "glue:UpdateJob", "glue:DeleteJob"}, o.jobARNs()...)
	role := cmp.Or(o.role, o.created)
	add("PassRole", []string{"iam:PassRole"}, role).Condition = map[string]map[string][]string{"StringEquals": {"iam:PassedToService": {"glue.amazonaws.com"}}}
	if o.role != "" {
		add("ReadRole", []string{"iam:GetRole"}, role)
		return
	}
	add("ReadRole", []string{"iam:GetRole", "iam:GetRolePolicy"}, role)
	add("Role", []string{"iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary"}, role).Condition = map[string]map[string][]string{"ArnEquals": {"iam:PermissionsBoundary": {o.boundary}}}
	add("RemoveRole", []string{"iam:DeleteRole", "iam:DeleteRolePolicy"}, role)
	add("Boundary", []string{"iam:GetPolicy", "iam:GetPolicyVersion", "iam:ListPolicyVersions", "iam:DeletePolicyVersion", "iam:DeletePolicy"}, o.boundary)
}

// policyOf returns what the policies name. What the identity may not find out is
// a star.
func (p *program) policyOf(ctx context.Context, lake *pipeline.Lake, database string, authority state.Authority, o deployFlags) *policyOf {
	bucket, prefix, _ := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(p.config.lake, "s3://"), "/"), "/")
	if prefix != "" {
		prefix += "/"
	}
	of := &policyOf{
		partition: "aws", region: cmp.Or(p.config.account.Region, "*"), account: "*", bucket: bucket, prefix: prefix, database: database,
		workgroup: p.config.account.Workgroup, role: o.role,
	}
	if config, err := p.config.account.Account(ctx); err == nil {
		of.region = config.Region
		if id, err := account.Number(ctx, config); err == nil {
			of.account = id
		}
		if key, err := s3.EncryptionKey(ctx, config, bucket); err == nil {
			of.key = key
		}
	}
	of.partition = account.Partition(of.region)
	if of.key != "" && !strings.HasPrefix(of.key, "arn:") {
		of.key = of.arn("kms:key/" + of.key)
	}
	name := glue.RoleName(database, strings.TrimSuffix(p.config.lake, "/"))
	of.created = of.roleARN("stedi/" + name)
	if role := authority.Role; role != "" && !strings.HasSuffix(role, "/stedi/"+name) {
		of.role = cmp.Or(of.role, role) // it was given at an earlier deploy
	}
	of.boundary = cmp.Or(o.boundary, glue.Boundary(of.partition, of.account, name))
	if !o.jobs {
		return of
	}
	prefixed := cmp.Or(o.jobPrefix, authority.JobPrefix)
	if lake == nil {
		of.jobs = []string{prefixed + "*"}
		return of
	}
	for _, t := range lake.Tables {
		if !t.IsLanding() {
			of.jobs = append(of.jobs, prefixed+spark.JobName(t))
		}
	}
	return of
}

// policyAlone prints the policy of one persona.
func (p *program) policyAlone(ctx context.Context, o deployFlags) error {
	switch {
	case !o.dryRun:
		return pipeline.Fail(pipeline.BadUsage, "", "Add --dry-run.", "--policy prints a policy and deploys nothing")
	case !slices.Contains([]string{personaPreview, personaRun, personaDeploy, policyBoundary}, o.policy):
		return pipeline.Fail(pipeline.BadUsage, "", "Use preview, run, deploy or boundary.", "--policy: %q is not an identity", o.policy)
	case !inS3(p.config.lake):
		return pipeline.Fail(pipeline.BadUsage, "", "Pass --lake s3://BUCKET/PREFIX.", "only a lake in S3 can be deployed")
	}
	lake, err := p.loadToBuild(ctx)
	if err != nil {
		return err
	}
	of := p.policyOf(ctx, lake, cmp.Or(p.config.account.Database, cloud.DefaultDatabase), state.Authority{}, o)
	if o.policy == policyBoundary {
		return p.printRolePolicy(of)
	}
	return p.printJSON(of.document(o.policy))
}

func (p *program) printJSON(v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err == nil {
		_, err = fmt.Fprintf(p.stdout, "%s\n", text)
	}
	return err
}

// printPolicies prints the policy that a deploy requires, and that of the jobs'
// role.
func (p *program) printPolicies(ctx context.Context, lake *pipeline.Lake, database string, authority state.Authority, o deployFlags) error {
	of := p.policyOf(ctx, lake, database, authority, o)
	if err := p.printJSON(of.document(personaDeploy)); err != nil || !o.jobs {
		return err
	}
	return p.printRolePolicy(of)
}

// printRolePolicy prints the policy of the jobs' role, which is also that of its
// permissions boundary.
func (p *program) printRolePolicy(of *policyOf) error {
	policy, err := glue.Policy(p.config.lake, of.partition, of.key)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(p.stdout, "%s", policy)
	return err
}

#!/usr/bin/env bash
# Checks on a real AWS account what the servers of the tests cannot show. It takes
# about an hour, most of it waiting for Glue, and costs less than one US dollar: a
# few hundred megabytes scanned in Athena, and about ten short Glue runs.
#
#   athena/real-account.sh BUCKET LANDING [REGION]
#
# BUCKET must exist and is yours; LANDING is a folder of landing files, such as one
# that `stedi sample` made. Everything is below s3://BUCKET/stedi-check/ and in a
# database and a workgroup of their own, and is removed at the end, also after a
# failure. It needs the AWS CLI, an administrator's credentials, and bin/stedi.
# shellcheck disable=SC2016 # the backquotes are those of a JMESPath literal
set -u
bucket=${1:?bucket} landing=${2:?landing folder} region=${3:-${AWS_REGION:-us-east-1}}
stedi=${STEDI:-$(dirname "$0")/../bin/stedi}
lake=s3://$bucket/stedi-check/lake
export AWS_REGION=$region AWS_DEFAULT_REGION=$region AWS_PAGER='' AWS_DEFAULT_OUTPUT=json
group=stedi-check database=stedi_check
failed=0 work=$(mktemp -d)

common=(--lake "$lake" --region "$region" --database "$database" --workgroup "$group")
say() { printf '\n== %s\n' "$*"; }

# want CODE TEXT COMMAND...: the command ends with this code and says this text.
want() {
  local code=$1 text=$2 got
  shift 2
  "$@" < /dev/null > "$work/out" 2>&1
  got=$?
  if [ "$got" = "$code" ] && grep -qF -- "$text" "$work/out"; then
    echo "ok      $(basename "$1") ${*:2:2}"
  else
    echo "FAILED  exit $got, wanted $code and \"$text\": $*"
    sed 's/^/        /' "$work/out" | tail -20
    failed=$((failed + 1))
  fi
}

finish() {
  say "remove everything"
  "$stedi" destroy "${common[@]}" --yes --landing || echo "destroy failed: look at $lake and the database $database"
  aws athena delete-work-group --work-group "$group" --recursive-delete-option
  aws s3 rm --recursive --quiet "s3://$bucket/stedi-check/"
  aws s3 ls --recursive "s3://$bucket/stedi-check/" && echo "FAILED  objects are left" && failed=$((failed + 1))
  aws s3api list-object-versions --bucket "$bucket" --prefix stedi-check/ --query 'length(Versions||`[]`)' --output text
  rm -rf "$work"
  echo "$failed checks failed"
  [ "$failed" = 0 ] || exit 1
}
trap finish EXIT

workgroup() { aws athena update-work-group --work-group "$group" --configuration-updates "$1"; }

say "workgroup with a result location"
aws athena create-work-group --name "$group" --configuration "ResultConfiguration={OutputLocation=s3://$bucket/stedi-check/results/},EnforceWorkGroupConfiguration=false" || { failed=1; exit 1; }

say "deploy"
want 0 "" "$stedi" deploy "${common[@]}" --from "$landing"
want 0 "tables are built by CREATE TABLE AS" "$stedi" doctor "${common[@]}" --engine athena
want 0 "" "$stedi" --batch "${common[@]}" --engine athena
want 0 "" "$stedi" check "${common[@]}" --engine athena

say "cost: the bytes here are those of the console"
want 0 "" "$stedi" runs last --lake "$lake" --region "$region"
cat "$work/out"
aws athena list-query-executions --work-group "$group" --max-results 50 --query QueryExecutionIds --output text |
  xargs aws athena batch-get-query-execution --query 'sum(QueryExecutions[].Statistics.DataScannedInBytes)' --query-execution-ids

say "enforced result location"
workgroup "EnforceWorkGroupConfiguration=true"
want 0 "it enforces query results" "$stedi" doctor "${common[@]}" --engine athena
want 0 "" "$stedi" --batch "${common[@]}" --engine athena --force

say "managed query results"
workgroup "EnforceWorkGroupConfiguration=false,ResultConfigurationUpdates={RemoveOutputLocation=true},ManagedQueryResultsConfigurationUpdates={Enabled=true}"
want 0 "Athena keeps query results itself" "$stedi" doctor "${common[@]}" --engine athena
want 0 "" "$stedi" --batch "${common[@]}" --engine athena --force
want 0 "" "$stedi" preview customer_curated "${common[@]}" --engine athena

say "failures"
want 2 "Correct the SQL" "$stedi" query "${common[@]}" --engine athena "SELECT FROM"
want 2 "stedi tables" "$stedi" query "${common[@]}" --engine athena "SELECT * FROM nowhere"
want 2 "name of the column" "$stedi" query "${common[@]}" --engine athena "SELECT nosuch FROM customer_curated"
want 2 "TRY_CAST" "$stedi" query "${common[@]}" --engine athena "SELECT CAST('abc' AS integer)"
want 0 "string" "$stedi" query "${common[@]}" --engine athena "DESCRIBE customer_curated"

say "what a query leaves: nothing below the results of the lake, after reads, builds and failures"
want 0 None aws s3api list-objects-v2 --bucket "$bucket" --prefix stedi-check/lake/.stedi/staging/results/ --query 'Contents[].Key' --output text

say "a cancelled query is cancelled in Athena"
# In the foreground, since timeout otherwise sends a second signal, which ends stedi at once.
timeout --foreground -s INT 8 "$stedi" query "${common[@]}" --engine athena "SELECT count(*) FROM UNNEST(sequence(1,10000)) a(x) CROSS JOIN UNNEST(sequence(1,10000)) b(y) CROSS JOIN UNNEST(sequence(1,10000)) c(z)" > /dev/null 2>&1
last=$(aws athena list-query-executions --work-group "$group" --max-results 1 --query 'QueryExecutionIds[0]' --output text)
want 0 CANCELLED aws athena get-query-execution --query-execution-id "$last"

say "policies: IAM Access Analyzer finds nothing"
for persona in preview run deploy boundary; do
  "$stedi" deploy "${common[@]}" --dry-run --policy "$persona" > "$work/$persona.json"
  want 0 '"findings": []' aws accessanalyzer validate-policy --policy-type IDENTITY_POLICY --policy-document "file://$work/$persona.json"
done

say "the role of the jobs has a permissions boundary"
role=$(aws iam list-roles --path-prefix /stedi/ --query "Roles[?starts_with(RoleName, 'stedi-$database')].RoleName" --output text)
want 0 "policy/stedi/$role-boundary" aws iam get-role --role-name "$role"

say "estimate beside what was used: the console's bytes are those of the total"
want 0 "estimated:" "$stedi" check "${common[@]}" --engine athena
cat "$work/out"

say "old versions of what is deleted"
aws s3api get-bucket-versioning --bucket "$bucket"
aws s3api list-object-versions --bucket "$bucket" --prefix stedi-check/lake/.stedi/staging/ --query 'length(Versions||`[]`)' --output text

say "Glue"
want 0 "" "$stedi" --batch "${common[@]}" --engine glue --force
want 0 "SUCCEEDED" "$stedi" jobs customer_trusted "${common[@]}"
want 0 "" "$stedi" prove "${common[@]}" --engines athena,glue

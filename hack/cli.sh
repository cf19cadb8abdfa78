#!/usr/bin/env bash
# Builds the plug-in kubectl-marketplace as one native file: hack/cli.sh
set -euo pipefail
HACK=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=hack/lib.sh
. "$HACK/lib.sh"
cd "$(dirname "$HACK")"
step "packages" install_missing gcc libc6-dev zlib1g-dev # the AOT compiler uses the machine's linker
step "kubectl-marketplace" dotnet publish operator/Operator.Cli --configuration Release --runtime linux-x64 --output artifacts/cli --nologo
say "artifacts/cli/kubectl-marketplace; for the kubectl plug-in: export PATH=\$PATH:$PWD/artifacts/cli"

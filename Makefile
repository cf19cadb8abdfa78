# The targets only call scripts; the logic is in hack/.
.DEFAULT_GOAL := help
.PHONY: help build test stories fuzz chaos demo bench record-sizes soak cost images cli load cluster-up cluster-down format chart-crds clean clean-cache

help: ## Print this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

build: ## Compile everything; warnings are errors
	dotnet build Operator.sln --nologo

test: ## Set up everything that the tests need, and run all tests
	@hack/test.sh

stories: ## Run the further stories on the real cluster; make test runs one story for each kind of behaviour
	@hack/test.sh stories

fuzz: ## Run more simulated worlds (MINUTES=10, or SEED=n WORLDS=1 to replay one), and judge rollouts (ROLLOUTS=100 of each world)
	@SIMULATION_MINUTES=$(if $(WORLDS),0,$(or $(MINUTES),10)) SIMULATION_SEED=$(or $(SEED),$(shell date +%s)) \
	  SIMULATION_WORLDS=$(or $(WORLDS),1) dotnet test tests/Operator.Tests --nologo \
	  --filter "FullyQualifiedName~Whatever_goes_wrong" --logger "console;verbosity=normal"
	@$(if $(WORLDS),:,JUDGE_ROLLOUTS=$(or $(ROLLOUTS),100) SIMULATION_SEED=$(or $(SEED),$(shell date +%s)) \
	  dotnet test tests/Operator.Planning.Tests --nologo --filter "FullyQualifiedName~RolloutTableTests" \
	  --logger "console;verbosity=detailed")

chaos: ## Break a real cluster, with outages of OUTAGE=120 seconds, and test that the operator recovers
	@CLUSTER=$(or $(CLUSTER),marketplace-operator-test) CHAOS_OUTAGE_SECONDS=$(or $(OUTAGE),120) \
	  dotnet test tests/Operator.Cluster.Tests --nologo --filter "FullyQualifiedName~ChaosTests" --logger "console;verbosity=detailed"

demo: ## Show on a real cluster with 40 stores how a good version is promoted and a bad one rolled back
	@hack/demo.sh

bench: ## Measure the native operator on a real cluster and compare with bench/limits.json
	@hack/bench.sh

record-sizes: ## Measure the record of 10,000 stores with long names, without a cluster
	@dotnet run --project tests/Operator.Bench --configuration Release -- record-sizes --out=artifacts/bench/record-sizes.json

soak: ## Run 10,000 stores x 2 flows on a real API server for half an hour
	@hack/bench.sh soak

cost: ## Measure with real pods how maxStoresPerRun changes cost and duration
	@hack/cost.sh

images: ## Build the container images into artifacts/images
	@hack/images.sh

cli: ## Build the plug-in kubectl-marketplace into artifacts/cli
	@hack/cli.sh

load: ## Load the images into the cluster (CLUSTER=name)
	@hack/cluster.sh load

cluster-up: ## Start a real Kubernetes cluster (CLUSTER=name)
	@hack/cluster.sh up

cluster-down: ## Stop the cluster and remove everything of it (CLUSTER=name)
	@hack/cluster.sh down

format: ## Format the code
	dotnet tool restore && dotnet csharpier format .

chart-crds: ## Copy crds/ into the chart
	cp crds/*.yaml charts/marketplace-operator/files/crds/

clean: ## Remove our clusters (processes, mounts, bridges, cgroups, namespaces) and the build output
	@hack/clean.sh

clean-cache: ## As clean, and remove the cache of downloads and builds (Kubernetes builds in 6 minutes)
	@hack/clean.sh --cache

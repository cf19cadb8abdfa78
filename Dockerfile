# One Dockerfile for every image of this repository; the final stage is the same with Docker and without.
#
#   docker build --build-arg PROJECT=operator/Operator --build-arg BINARY=marketplace-operator -t marketplace-operator .
#
# Without an engine (hack/images.sh does this): publish on the host into artifacts/image/BINARY and build with
#   --build-arg BINARIES=published --build-arg RUNTIME_IMAGE=…, a local base that has libc, libssl, certificates and zones.
ARG SDK_IMAGE=mcr.microsoft.com/dotnet/sdk:10.0
ARG RUNTIME_IMAGE=mcr.microsoft.com/dotnet/runtime-deps:10.0-noble-chiseled-extra
ARG BINARIES=build

FROM ${SDK_IMAGE} AS build
ARG PROJECT
ARG BINARY
RUN apt-get update && apt-get install --yes --no-install-recommends clang zlib1g-dev
WORKDIR /src
COPY . .
RUN dotnet publish "${PROJECT}" --configuration Release --runtime linux-x64 --output /publish \
 && install -D "/publish/${BINARY}" "/out/app/${BINARY}"

FROM scratch AS published
ARG BINARY
COPY artifacts/image/${BINARY}/${BINARY} /out/app/${BINARY}

FROM ${BINARIES} AS binaries

FROM ${RUNTIME_IMAGE} AS final
ARG BINARY
# Diagnostics would open a socket below a read-only root.
ENV DOTNET_EnableDiagnostics=0
# ENTRYPOINT takes no build argument, so the binary has a fixed name.
COPY --from=binaries /out/app/${BINARY} /app/run
USER 65532:65532
ENTRYPOINT ["/app/run"]

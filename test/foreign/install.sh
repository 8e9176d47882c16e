# usage: install.sh FOLDER
# Installs the packages that FOLDER/package-lock.json names into FOLDER, unless they are there.
set -euo pipefail
cd "$1"
command -v node >/dev/null && command -v npm >/dev/null || {
    echo 'skipped: Node.js or npm is not installed (scripts/install-deps test, or bench)'
    exit 77
}
cmp -s package-lock.json node_modules/installed-lock.json && exit 0
npm ci --prefer-offline --ignore-scripts --no-audit --no-fund
cp package-lock.json node_modules/installed-lock.json

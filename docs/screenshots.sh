#!/bin/sh
# Makes docs/report.png and docs/terminal.png: the demo's page, and a terminal in which it ran.
# Needs the built jar and, of Debian: chromium, tmux (a terminal to look into), aha, pngquant.
#   mvn -q -DskipTests package && docs/screenshots.sh
set -eu
cd "$(dirname "$0")/.."
jar=target/stacking4j.jar
work=$(mktemp -d)
socket=$work/tmux
trap 'tmux -S "$socket" kill-server 2>/dev/null || true; rm -rf "$work"' EXIT

look() { tmux -S "$socket" capture-pane -e -J -p -S - -t demo; }

picture() { # page, file, width, height
  chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --force-device-scale-factor=1.5 \
    --user-data-dir="$work/chromium" --screenshot="$work/page.png" --window-size="$3,$4" \
    "file://$1" >"$work/chromium.log" 2>&1
  pngquant --force --strip --quality 60-90 --output "$2" "$work/page.png"
}

# The demo, in a terminal and a folder where no run was before; one look while it stacks out-of-fold, one when it is done.
ln -s "$PWD/target" "$work/target"
tmux -S "$socket" -f /dev/null new-session -d -s demo -x 110 -y 60 -c "$work" \
  "env PS1='\$ ' LC_ALL=C.UTF-8 sh"
until look | grep -q '^\$'; do sleep 0.1; done
tmux -S "$socket" send-keys -t demo "java -jar $jar demo" Enter
until look | grep -q ' [4-7]. %  '; do sleep 0.2; done
look >"$work/running.ansi"
until look | grep -q 'Files in'; do sleep 1; done
look >"$work/done.ansi"

{
  printf '<!DOCTYPE html><meta charset="utf-8"><style>
body { margin: 0; background: #fff; color: #222; }
pre { font: 13px/1.35 "DejaVu Sans Mono", monospace; margin: 0; padding: 10px 16px; white-space: pre-wrap; }
pre + pre { border-top: 1px dashed #bbb; }
</style>'
  printf '<pre>'; sed -e :a -e '/^\n*$/{$d;N;ba' -e '}' "$work/running.ansi" | aha --no-header; printf '</pre>'
  printf '<pre>'; sed -n '/^.\{0,9\}name /,/Files in/p' "$work/done.ansi" | aha --no-header; printf '</pre>'
} >"$work/terminal.html"
picture "$work/terminal.html" docs/terminal.png 880 684

picture "$work/out/report.html" docs/report.png 1000 980
ls -l docs/report.png docs/terminal.png

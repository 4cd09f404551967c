# Runs in a throw-away container. Installs wheels into a folder that goes with it, since only their files say which
# programs there are; no line of them runs. What it tells is checked by the server.
import importlib.metadata as metadata, json, subprocess, sys
name, target, report, out, *pip = sys.argv[1:]
if subprocess.run([sys.executable, '-m', 'pip', *pip]).returncode != 0:
    sys.exit(1)
installed = []
for item in json.load(open(report))['install']:
    info = item.get('download_info', {})
    archive = info.get('archive_info', {})
    digest = archive.get('hashes', {}).get('sha256') or (archive.get('hash') or '').removeprefix('sha256=')
    installed.append({
        'name': item['metadata']['name'], 'version': item['metadata']['version'], 'url': info.get('url', ''),
        'sha256': digest, 'direct': bool(item.get('is_direct')),
    })
found = next(iter(metadata.distributions(name=name, path=[target])), None)
scripts = [e.name for e in found.entry_points if e.group == 'console_scripts'] if found else []
json.dump({'installed': installed, 'scripts': scripts}, open(out, 'w'))

"""What agents do to a disk, as scripts; each says last how many files it made."""

UNTAR = """
import io, tarfile
made = io.BytesIO()
with tarfile.open(fileobj=made, mode="w") as tar:
    for n in range(20000):
        entry = tarfile.TarInfo(f"{n % 100}/file{n}")
        entry.size = n % 3000
        tar.addfile(entry, io.BytesIO(b"x" * entry.size))
made.seek(0)
os.makedirs(PLACE, exist_ok=True)
began = time.perf_counter()
tarfile.open(fileobj=made).extractall(PLACE, filter="data")
print(20000)
"""

CHURN = """
import json
count = 0
for n in range(400):
    home = f"{PLACE}/node_modules/package{n}"
    os.makedirs(f"{home}/dist", exist_ok=True)
    for m in range(10):
        with open(f"{home}/dist/{m}.js", "w") as file:
            for _ in range(4):
                file.write("module.exports = 1;\\n" * 40)
        count += 1
    with open(f"{home}/package.json.tmp", "w") as file:
        json.dump({"name": f"package{n}", "version": "1.0.0"}, file)
    os.rename(f"{home}/package.json.tmp", f"{home}/package.json")
    count += 2
    for m in range(10):
        with open(f"{home}/dist/{m}.js") as file:
            file.read()
print(count)
"""

GCC = """
import subprocess
os.makedirs(PLACE, exist_ok=True)
LIBRARY = "".join(f"#include <{h}.h>\\n" for h in ("stdio", "stdlib", "string"))
FUNCTION = 'int f{0}_{1}(int a) {{ return a * {1} + printf("%d", a); }}\\n'
for n in range(16):
    with open(f"{PLACE}/{n}.c", "w") as file:
        file.write(LIBRARY + "".join(FUNCTION.format(n, m) for m in range(60)))
began = time.perf_counter()
for n in range(16):
    argv = ["gcc", "-O1", "-c", f"{PLACE}/{n}.c", "-o", f"{PLACE}/{n}.o"]
    subprocess.run(argv, check=True)
print(32)
"""

// node pyodide_run.mjs FOLDER PURE DRIVER: runs the driver in Pyodide on FOLDER/main.py and FOLDER/cases.json.
// FOLDER/node_modules has Pyodide; wheels that lie beside it are used, others are fetched from its CDN.
// PURE is a folder of unpacked pure-Python packages. Exit code 3: the wheels cannot be had.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const [folder, pure, driver] = process.argv.slice(2);
const module = path.join(folder, "node_modules", "pyodide", "pyodide.mjs");
const { loadPyodide } = await import(pathToFileURL(module));
// As the add-in sets them; the licence is for non-commercial use, and these are tests.
const py = await loadPyodide({ env: { XLWINGS_ON_SERVER: "true", XLWINGS_LICENSE_KEY: "noncommercial" } });
const quiet = { messageCallback: () => {}, errorCallback: () => {} };
try {
  await py.loadPackage(["numpy", "pandas", "scipy"], quiet);
  py.runPython("import numpy, pandas, scipy.special, scipy.optimize");
} catch (error) {
  console.error(String(error.message ?? error).split("\n").slice(-3).join(" "));
  process.exit(3);
}
py.FS.mkdirTree("/pure");
py.mountNodeFS("/pure", pure);
const texts = ["main.py", "cases.json"].map((name) => fs.readFileSync(path.join(folder, name), "utf-8"));
py.globals.set("texts", py.toPy(texts));
py.FS.writeFile("/home/pyodide/driver.py", fs.readFileSync(driver, "utf-8"));
try {
  const found = await py.runPythonAsync(`
import sys
sys.path.append("/pure")
import driver
await driver.run(*texts)
`);
  fs.writeFileSync(path.join(folder, "results.json"), found);
} catch (error) {
  console.error(String(error.message ?? error).slice(-2000));
  process.exit(1);
}

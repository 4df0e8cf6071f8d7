"use strict";
// Passes each worksheet function on to gex-xl serve. Runs in a page and in Excel's script-only runtime alike, so it
// uses nothing of a page.
(function () {
  const address = __CALL__;
  const functions = __FUNCTIONS__;  // name: number of arguments

  const mostBytes = 5 * 1024 * 1024;  // the server reads no further

  // The version of Excel's runtime decides whether a cell inside a table can hold an error.
  function runtime() {
    const known = globalThis.Office && Office.context && Office.context.requirements;
    if (!known) return "1.4";
    return ["1.4", "1.3", "1.2"].find((v) => known.isSetSupported("CustomFunctionsRuntime", v)) || "1.1";
  }

  function failure(code, sentence) {
    return new CustomFunctions.Error(CustomFunctions.ErrorCode[code], sentence);
  }

  async function call(name, args) {
    const asked = JSON.stringify({ client: "Office.js", func_name: name, args: args, runtime: runtime() });
    if (asked.length > mostBytes) {
      throw failure("invalidValue", name + ": the arguments are over 5 MB; give the range that holds the chain alone.");
    }
    let response;
    try {
      // As plain text: Excel's script-only runtime sends no other kind without asking first.
      response = await fetch(address, { method: "POST", headers: { "Content-Type": "text/plain" }, body: asked });
    } catch (error) {
      throw failure("invalidValue", name + ": gex-xl serve does not answer; start it on this machine and recalculate.");
    }
    const answer = await response.json().catch(() => ({ error: name + ": gex-xl serve is busy; recalculate." }));
    if (!answer.result) throw failure("invalidValue", answer.error);
    const result = answer.result;
    const only = result.length === 1 && result[0].length === 1 ? result[0][0] : null;
    // One cell that is an error must be thrown; inside a table it is a value.
    if (only === "#N/A" || (only && only.errorType === "NotAvailable")) throw failure("notAvailable");
    return result;
  }

  for (const name of Object.keys(functions)) {
    // Excel adds an argument of its own at the end.
    CustomFunctions.associate(name, (...given) => call(name, given.slice(0, functions[name])));
  }
})();

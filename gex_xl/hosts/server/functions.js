"use strict";
// Passes each worksheet function on to gex-xl serve. Runs in a page and in Excel's script-only runtime alike, so it
// uses nothing of a page.
(function () {
  const address = __CALL__;
  const functions = __FUNCTIONS__;  // name: number of arguments

  const mostBytes = 5 * 1024 * 1024;  // the server reads no further

  const mostTries = 6;  // about nine seconds in all

  function failure(code, sentence) {
    return new CustomFunctions.Error(CustomFunctions.ErrorCode[code], sentence);
  }

  // A cell of a table: the name of an error becomes that error. Every Excel with CustomFunctionsRuntime 1.2 takes it.
  function asCell(value) {
    return Object.values(CustomFunctions.ErrorCode).includes(value) ? new CustomFunctions.Error(value) : value;
  }

  // 503: more clients than the server takes, as when a whole workbook recalculates at once.
  async function post(body) {
    for (let tried = 1; ; tried += 1) {
      // As plain text: Excel's script-only runtime sends no other kind without asking first.
      const response = await fetch(address, { method: "POST", headers: { "Content-Type": "text/plain" }, body: body });
      if (response.status !== 503 || tried === mostTries) return response;
      await new Promise((resume) => setTimeout(resume, 150 * 2 ** tried * (0.5 + Math.random())));
    }
  }

  async function call(name, args) {
    const asked = JSON.stringify({ client: "Office.js", func_name: name, args: args });
    if (asked.length > mostBytes) {
      throw failure("invalidValue", name + ": the arguments are over 5 MB; give the range that holds the chain alone.");
    }
    let response;
    try {
      response = await post(asked);
    } catch (error) {
      throw failure("invalidValue", name + ": gex-xl serve does not answer; start it on this machine and recalculate.");
    }
    const answer = await response.json().catch(() => ({ error: name + ": gex-xl serve is busy; recalculate." }));
    if (!answer.result) throw failure("invalidValue", answer.error);
    const result = answer.result;
    const only = result.length === 1 && result[0].length === 1 ? result[0][0] : null;
    // One cell that is an error must be thrown; inside a table it is a value.
    if (only === "#N/A") throw failure("notAvailable");
    return result.map((row) => row.map(asCell));
  }

  for (const name of Object.keys(functions)) {
    // Excel adds an argument of its own at the end.
    CustomFunctions.associate(name, (...given) => call(name, given.slice(0, functions[name])));
  }
})();

// The Excel side of Microsoft's custom-functions-runtime.js: hands invocations over and collects their results.
// Must be loaded before the runtime, which looks for _richApiNativeBridge.
(function () {
  const INVOKE = 1000;  // message type
  const waiting = new Map();
  let last = 0;

  function answer(request, body) {
    const message = { statusCode: 200, headers: {}, body: JSON.stringify(body) };
    setTimeout(() => bridge.onMessageFromHost(JSON.stringify({ id: request.id, type: request.type, message })), 0);
  }

  function collect(results) {
    for (const entry of results) {
      const [id, fine, value, code] = Array.isArray(entry)
        ? entry
        : [entry.id, !entry.failed, entry.value, entry.errorCode];
      const settle = waiting.get(id);
      waiting.delete(id);
      if (settle) settle({ fine, value, code: code === undefined ? null : code });
    }
  }

  const bridge = (window._richApiNativeBridge = {
    sendMessageToHost(text) {
      const request = JSON.parse(text);
      if (request.type !== 1) return;
      const body = request.message.body;
      const actions = (typeof body === "string" ? JSON.parse(body) : body).Actions || [];
      for (const action of actions) {
        if (/SetInvocation(Array)?Results/i.test(action.Name)) collect(action.ArgumentInfo.Arguments[0]);
      }
      answer(request, { Results: actions.map((action) => ({ ActionId: action.Id, Value: null })), Error: null });
    },
  });

  // flags: 4 lets error cells in.
  window.pretendExcel = function (name, args, flags = 4) {
    const id = ++last;
    const entry = {
      messageCategory: 1, messageType: INVOKE, targetId: "", id,
      message: JSON.stringify([id, name, args, "Sheet1!A1", flags]),
    };
    return new Promise((settle) => {
      waiting.set(id, settle);
      bridge.onMessageFromHost(JSON.stringify({ type: 3, message: { entries: [entry] } }));
    });
  };
})();

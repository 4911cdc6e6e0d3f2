import Modal from '@cloudscape-design/components/modal';

const KEYS: readonly (readonly [string, string])[] = [
  ['/', 'Search: paste whatever you have'],
  ['j', 'Next event'],
  ['k', 'Previous event'],
  ['Enter', 'Open the event'],
  ['Esc', 'Close it'],
  ['?', 'This help'],
];

export default function HelpDialog({ onClose }: { readonly onClose: () => void }) {
  return (
    <Modal visible onDismiss={onClose} header="Finding out who did it" closeAriaLabel="Close">
      <p>
        Paste an access key, an ARN, an IP address, an event ID, an account or a resource into the search box:
        it is recognised by its shape. Anything else is looked up among the names that were recorded.
      </p>
      <p>
        Drag over the histogram to narrow the time. The address bar holds the whole search, to share or to
        keep.
      </p>
      <table className="ot-keys">
        <tbody>
          {KEYS.map(([key, what]) => (
            <tr key={key}>
              <th scope="row">
                <kbd>{key}</kbd>
              </th>
              <td>{what}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Modal>
  );
}
